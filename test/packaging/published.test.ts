import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'

interface Figure {
  readonly name: string
  readonly ok: boolean
}

/** The rest, with a registry, other Nodes and other majors: `npm run test:packaging`. */
test('the packed packages run and type-check in empty projects, as ES modules and as CommonJS', async () => {
  const child = spawn(process.execPath, ['test/packaging/run.mjs', '--short', '--json'], { cwd: repository })
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const figures = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure)
  expect(errors).toBe('')
  expect(figures.filter(({ ok }) => !ok)).toEqual([])
  expect(figures).toHaveLength(5)
}, 300_000)
