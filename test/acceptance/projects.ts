import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { temporaryFolder } from '../harness/index.js'

/** New projects of the test file that calls it, removed at its end. Each gives the path of its folder. */
export function projects(name: string): { empty(): string; withConfig(config: string): string } {
  const folder = temporaryFolder(name)
  afterAll(() => folder.remove())
  let number = 0
  function empty(): string {
    number += 1
    const path = join(folder.path, `project-${number}`)
    mkdirSync(path)
    return path
  }
  return {
    empty,
    withConfig(config) {
      const path = empty()
      writeFileSync(join(path, 'mnemoscope.config.ts'), config)
      return path
    },
  }
}
