import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { aptIn, unpackAll } from '../../packages/servers/src/tools/apt.js'
import { renameIntoPlace, withIncoming } from '../../packages/servers/src/tools/incoming.js'
import { findOnPath } from '../../packages/servers/src/tools/program.js'
import { toolsDir } from './repository.js'

/** A program that can be started, or why it is not there. */
export type DebianProgram =
  | {
      readonly isThere: true
      readonly command: string
      /** The folder that was unpacked; undefined for an installed program. */
      readonly folder: string | undefined
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly isThere: false; readonly reason: string }

/**
 * Finds a server: on PATH, among what was fetched before, or in Debian's packages, which are unpacked with the libraries
 * that this machine lacks. Nothing is installed, no root is needed.
 * @param name of the package and of its program
 */
export async function findDebianProgram(name: string): Promise<DebianProgram> {
  const installed = findOnPath([name, `/usr/sbin/${name}`])
  if (installed !== undefined) return { isThere: true, command: installed, folder: undefined, env: {} }
  const folder = join(toolsDir, `${name}-debian`)
  if (!existsSync(folder)) {
    const tool = ['apt-get', 'dpkg-deb'].find((each) => findOnPath([each]) === undefined)
    if (tool !== undefined)
      return { isThere: false, reason: `${name} is not on PATH, and there is no ${tool} to fetch it` }
    try {
      await fetchFromDebian(name, folder)
    } catch (error) {
      return {
        isThere: false,
        reason: `${name} is not on PATH, and could not be fetched: ${(error as Error).message}`,
      }
    }
  }
  const command = ['usr/sbin', 'usr/bin'].map((each) => join(folder, each, name)).find(existsSync)
  if (command === undefined)
    return { isThere: false, reason: `Debian's package ${name} has no program of this name` }
  const machines = ['usr/lib', 'lib'].flatMap((parent) =>
    existsSync(join(folder, parent))
      ? readdirSync(join(folder, parent))
          .filter((each) => each.includes('-linux-gnu'))
          .map((each) => join(folder, parent, each))
      : [],
  )
  return { isThere: true, command, folder, env: { LD_LIBRARY_PATH: machines.join(':') } }
}

async function fetchFromDebian(name: string, folder: string): Promise<void> {
  await withIncoming(toolsDir, async (incoming) => {
    const debs = join(incoming, 'debs')
    const note = (text: string) => process.stderr.write(`  fetching ${name} from Debian: ${text}\n`)
    note('once')
    const apt = await aptIn(incoming, { packages: [name], folder: debs }, () => note('package lists'))
    const libraries = (await apt.missingFor(name)).filter((each) => /^lib/.test(each))
    if (libraries.length > 0) await apt.download(libraries, debs)
    const finished = join(incoming, name)
    await unpackAll(debs, finished)
    renameIntoPlace(finished, folder)
  })
}
