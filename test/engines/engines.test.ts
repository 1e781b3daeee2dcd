import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals'
import { findEngine } from '../harness/engines.js'
import { temporaryFolder } from '../harness/index.js'
import { repository } from '../harness/repository.js'

const { PATH, MNEMOSCOPE_ENGINES } = process.env
const folder = temporaryFolder('engines')
/** Where engines are looked for in these tests: nothing is there at first. */
let all: string
let count = 0

beforeEach(() => {
  all = join(folder.path, `engines-${++count}`)
  process.env.MNEMOSCOPE_ENGINES = all
})

afterAll(() => folder.remove())

afterEach(() => {
  restore('PATH', PATH)
  restore('MNEMOSCOPE_ENGINES', MNEMOSCOPE_ENGINES)
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

test('an engine is not there where only another version is on PATH, and the reason names it and the command', async () => {
  process.env.PATH = onPath('2.42.0', ['prometheus'])
  const found = await findEngine('prometheus')
  expect(found).toEqual({ isThere: false, reason: expect.stringContaining('npm run engines -- prometheus') })
  expect(found).toMatchObject({ reason: expect.stringContaining('prometheus has the version 2.42.0') })
  expect(found).toMatchObject({ reason: expect.stringContaining('no promtool on PATH') })
})

test('programs on PATH of the same minor version are the engine', async () => {
  const onlyPath = onPath('3.16.4', ['prometheus', 'promtool'])
  process.env.PATH = onlyPath
  const found = await findEngine('prometheus')
  expect(found.isThere && found.command('promtool')).toBe(join(onlyPath, 'promtool'))
})

test('a built engine goes before PATH', async () => {
  process.env.PATH = onPath('0.35.0', ['alertmanager', 'amtool'])
  const built = programs(join(all, 'alertmanager-0.35.0'), '0.35.0', ['alertmanager', 'amtool'])
  const found = await findEngine('alertmanager')
  expect(found.isThere && found.command('amtool')).toBe(join(built, 'amtool'))
})

test('without Go the command says what to install, builds nothing and fails', async () => {
  const { code, stdout } = await engines(['collector', '--json'], {
    PATH: dirname(process.execPath),
  })
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    name: 'OpenTelemetry Collector 0.165.0',
    value: 0,
    unit: 'programs',
    goal: 1,
    ok: false,
    engine: 'collector',
    folder: join(all, 'collector-0.165.0'),
    programs: [],
    reason: expect.stringContaining('https://go.dev/dl/'),
  })
})

test('an unknown engine is refused with the names of those that exist', async () => {
  const { code, stderr } = await engines(['mimir'], {})
  expect(code).toBe(1)
  expect(stderr).toContain('there is no engine mimir. Choose from prometheus, alertmanager')
})

function onPath(version: string, names: readonly string[]): string {
  return programs(join(folder.path, `path-${count}`), version, names)
}

/** Programs that answer `--version` only. @returns their folder */
function programs(folder: string, version: string, names: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  for (const name of names) {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\necho "${name}, version ${version} (branch: HEAD)"\n`)
    chmodSync(file, 0o755)
  }
  return folder
}

function engines(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'test/engines/main.ts', ...args],
      { cwd: repository, env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}
