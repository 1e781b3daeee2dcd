import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'
import { repository } from '../harness/repository.js'

/** The rest, with a registry, other Nodes and other majors: `npm run test:packaging`. */
test('the packed packages run and type-check in empty projects, as ES modules and as CommonJS', async () => {
  const { figures, said } = await figuresOf('test/packaging/main.ts', ['--short'])
  expect(said).toBe('')
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
