import { join } from 'node:path'
import {
  findOnPath,
  isExecutable,
  unknownVersion,
  versionOf,
} from '../../packages/servers/src/tools/program.js'
import { type EngineName, engines } from '../engines/catalog.js'
import { repository } from './repository.js'

export type { EngineName } from '../engines/catalog.js'

/** An engine that is there, or why it is not and what to do. */
export type FoundEngine =
  | {
      readonly isThere: true
      readonly version: string
      /** Absolute path of a program of the engine, e.g. `promtool` of `prometheus`. */
      readonly command: (program: string) => string
    }
  | { readonly isThere: false; readonly reason: string }

/**
 * Where `npm run engines` keeps the programs of an engine: a new version gets a new folder. The variable
 * MNEMOSCOPE_ENGINES names another place than `.mnemoscope/engines`, e.g. one that several clones share.
 */
export function engineFolder(name: EngineName): string {
  const all = process.env.MNEMOSCOPE_ENGINES ?? join(repository, '.mnemoscope', 'engines')
  return join(all, `${name}-${engines[name].version}`)
}

/**
 * Finds a server of today for a test: one that `npm run engines` built or, with the same major and minor version, on
 * PATH. It never builds one. A test of such a server says the reason where the engine is not there.
 */
export async function findEngine(name: EngineName): Promise<FoundEngine> {
  const { title, version, programs } = engines[name]
  const built = programs.map((program) => join(engineFolder(name), program))
  if (built.every(isExecutable)) return there(version, built)
  const onPath = await Promise.all(programs.map(findCurrent))
  const missing = onPath.filter((found) => typeof found !== 'string')
  if (missing.length === 0) return there(version, onPath as string[])
  return {
    isThere: false,
    reason: `${title} ${version} is not there: ${missing.map(({ missing }) => missing).join(', ')}. Run \`npm run engines -- ${name}\` (needs Go).`,
  }

  function there(version: string, commands: readonly string[]): FoundEngine {
    return {
      isThere: true,
      version,
      command(program) {
        const command = commands[programs.indexOf(program)]
        if (command === undefined) {
          throw new Error(`${title} has no program ${program}; it has ${programs.join(', ')}`)
        }
        return command
      },
    }
  }

  async function findCurrent(program: string): Promise<string | { missing: string }> {
    const command = findOnPath([program])
    if (command === undefined) return { missing: `no ${program} on PATH` }
    const own = await versionOf(command).catch(() => unknownVersion)
    return minor(own) === minor(version) ? command : { missing: `${command} has the version ${own}` }
  }
}

const minor = (version: string) => version.split('.').slice(0, 2).join('.')
