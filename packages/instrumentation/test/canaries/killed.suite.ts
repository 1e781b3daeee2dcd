import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { repository } from '../../../../test/harness/repository.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { entriesIn } from './file-memory.js'

const folder = temporaryFolder('killed-canaries')
afterAll(() => folder.remove())
const file = join(folder.path, 'memory.jsonl')

function start(...args: string[]) {
  const script = join(repository, 'packages/instrumentation/test/canaries/canary-process.ts')
  return spawn(
    process.execPath,
    ['--conditions=mnemoscope-source', '--import', 'tsx', script, file, ...args],
    {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

test('canaries of processes that were killed at any moment are gone after the next start', async () => {
  let found = 0
  for (let round = 0; round < 8; round++) {
    const killed = start()
    await once(killed.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 37 * round))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    found += entriesIn(file).size
    const next = start('once')
    const [exitCode] = await once(next, 'exit')
    expect([exitCode, [...entriesIn(file).keys()]]).toEqual([0, []])
  }
  // Otherwise it was never killed while something was planted.
  expect(found).toBeGreaterThan(0)
}, 120_000)
