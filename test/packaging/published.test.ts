import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
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

test('the packed recorder carries the runbooks, and no copy of them stays behind', async () => {
  const folder = join(repository, 'packages/recorder')
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json'], { cwd: folder })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const packed = files.map(({ path }) => path).filter((path) => path.startsWith('runbooks/'))
  const pages = readdirSync(join(repository, 'docs/runbooks')).map((name) => `runbooks/${name}`)
  expect(packed.sort()).toEqual(pages.sort())
  expect(existsSync(join(folder, 'runbooks'))).toBe(false)
}, 60_000)
