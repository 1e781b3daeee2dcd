import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../process/environment.js'

/** No command of apt takes longer on a connection that works. */
const timeout = 180_000

/** Downloads packages into a folder. Any user can; the system's package lists, cache and locks stay as they are. */
export interface Apt {
  download(packages: readonly string[], folder: string): Promise<void>
  /** Packages that installing one would add, itself and its dependencies; what is only older than it could be stays. */
  missingFor(name: string): Promise<string[]>
}

/**
 * Uses the system's package lists where they are usable (decided by the first download), else fetches its own into
 * `room` (6 s): a fresh container has none, an old machine's may name versions that are gone.
 */
export async function aptIn(
  room: string,
  first: { packages: readonly string[]; folder: string },
  onOwnLists: () => void,
): Promise<Apt> {
  const cache = join(room, 'cache')
  const lists = join(room, 'lists')
  for (const folder of [join(cache, 'archives', 'partial'), join(lists, 'partial')])
    mkdirSync(folder, { recursive: true })
  const common = [
    `Dir::Cache=${cache}`,
    'Acquire::Retries=1',
    'Acquire::http::Timeout=15',
    'Acquire::https::Timeout=15',
    // As root, apt would fetch as another user, who may not write to our folder.
    'APT::Sandbox::User=root',
  ]
  const withSystemLists = aptWith(common)
  try {
    await withSystemLists.download(first.packages, first.folder)
    return withSystemLists
  } catch {
    onOwnLists()
    const own = [...common, `Dir::State::Lists=${lists}`]
    await apt(own, ['update'], room)
    const withOwnLists = aptWith(own)
    await withOwnLists.download(first.packages, first.folder)
    return withOwnLists
  }
}

/** Packages that a downloaded package depends on, versions and alternatives left out. */
export async function dependenciesOf(deb: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('dpkg-deb', ['-f', deb, 'Depends'], {
    env: childEnvironment(),
  })
  return stdout
    .split(',')
    .map((dependency) => dependency.trim().split(/[\s:(|]/)[0] ?? '')
    .filter((name) => name !== '')
}

/** Unpacks every package of a folder into another; see `unpack`. */
export async function unpackAll(debs: string, into: string): Promise<void> {
  await unpack(
    readdirSync(debs).map((deb) => join(debs, deb)),
    into,
  )
}

/** Unpacks packages into a folder, without installing: no scripts run, no service starts. */
export async function unpack(debs: readonly string[], into: string): Promise<void> {
  mkdirSync(into, { recursive: true })
  for (const deb of debs)
    await promisify(execFile)('dpkg-deb', ['-x', deb, into], { timeout, env: childEnvironment() })
}

function aptWith(options: readonly string[]): Apt {
  return {
    async download(packages, folder) {
      mkdirSync(folder, { recursive: true })
      await apt(options, ['download', ...packages], folder)
    },
    async missingFor(name) {
      const plan = await apt(options, ['--simulate', '--no-install-recommends', 'install', name], '/')
      // `Inst NAME (VERSION …)`; an upgrade has the present version in brackets after the name.
      return [...plan.matchAll(/^Inst (\S+) \(/gm)].map(([, added]) => added as string)
    },
  }
}

async function apt(options: readonly string[], args: readonly string[], cwd: string): Promise<string> {
  const all = ['-q', ...options.flatMap((option) => ['-o', option]), ...args]
  try {
    const env = { ...childEnvironment(['network', 'apt']), LC_ALL: 'C' }
    const { stdout } = await promisify(execFile)('apt-get', all, { cwd, timeout, env })
    return stdout
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string }
    const said = stderr.split('\n').find((line) => line.startsWith('E:')) ?? message
    throw new Error(`apt-get ${args.join(' ')}: ${said}`, { cause })
  }
}
