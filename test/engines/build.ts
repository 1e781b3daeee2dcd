import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { engineFolder } from '../harness/engines.js'
import { type EngineName, engines } from './catalog.js'
import type { Go } from './go.js'

/** Programs of an engine that are built, and those that are not. */
export function builtPrograms(name: EngineName): { built: string[]; missing: string[] } {
  const isBuilt = (program: string) => existsSync(join(engineFolder(name), program))
  const { programs } = engines[name]
  return { built: programs.filter(isBuilt), missing: programs.filter((program) => !isBuilt(program)) }
}

/**
 * Builds the programs of an engine that are not there yet. Each is moved into place once it is complete, so an
 * interrupted build leaves no half of one.
 * @param onProgram is called before each program that is built
 */
export async function buildEngine(
  name: EngineName,
  go: Go,
  onProgram: (program: string) => void,
): Promise<void> {
  const folder = engineFolder(name)
  for (const program of builtPrograms(name).missing) {
    onProgram(program)
    mkdirSync(folder, { recursive: true })
    const incoming = mkdtempSync(join(dirname(folder), '.incoming-'))
    try {
      await engines[name].build(go, program, incoming)
      renameSync(join(incoming, program), join(folder, program))
    } finally {
      rmSync(incoming, { recursive: true, force: true })
    }
  }
}
