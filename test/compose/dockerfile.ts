import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'

/** An instruction of a Dockerfile: `COPY`, and what it is given. */
export interface Instruction {
  readonly name: string
  readonly text: string
}

/** The stages of `deploy/Dockerfile`, each without its `FROM`, and the images they begin with. */
export function readDockerfile(): { from: string; instructions: Instruction[] }[] {
  const text = readFileSync(join(repository, 'deploy/Dockerfile'), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
  const stages: { from: string; instructions: Instruction[] }[] = []
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') stages.push({ from: rest, instructions: [] })
    else stages.at(-1)?.instructions.push({ name, text: rest })
  }
  return stages
}
