import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, configMeaning } from '@mnemoscope/kpi'
import { writeFiles } from '../project-files.js'

const fileName = 'in-force.json'

/**
 * The configuration that was put in force last in a folder of generated files, as JSON has it; undefined where none is
 * known to be. Only what changed is told by it, so a file that cannot be read counts as none.
 */
export function readInForce(folder: string): object | undefined {
  try {
    const config: unknown = JSON.parse(readFileSync(join(folder, fileName), 'utf8'))
    return typeof config === 'object' && config !== null ? config : undefined
  } catch {
    return undefined
  }
}

export function writeInForce(folder: string, config: Config): void {
  writeFiles(folder, new Map([[fileName, `${JSON.stringify(configMeaning(config), null, 2)}\n`]]))
}
