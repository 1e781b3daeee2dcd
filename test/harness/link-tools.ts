import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { toolsDir } from './repository.js'

/** Lets a folder use the programs that this repository has fetched. */
export function linkTools(folder: string): void {
  mkdirSync(toolsDir, { recursive: true })
  mkdirSync(join(folder, '.mnemoscope'), { recursive: true })
  symlinkSync(toolsDir, join(folder, '.mnemoscope', 'tools'))
}
