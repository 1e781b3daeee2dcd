import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from '@jest/globals'

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal?: number
  readonly ok: boolean
}

/** Units of figures that depend on the machine and what else it does, as no test may. */
const ofTheMachine = ['ms', 's', 'per s', 'rows/s', 'of COPY', 'MiB']

// Not left running where the time was up.
let child: ChildProcess | undefined
afterAll(() => void child?.kill())

test('the bench of the recorder runs, and in its short form too nothing is lost', async () => {
  const command = fileURLToPath(new URL('./main.mjs', import.meta.url))
  child = spawn(process.execPath, [command, '--short', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  let output = ''
  let story = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (story += chunk))
  await new Promise((resolve) => child?.once('close', resolve))
  const figures = output
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Figure)
  const missed = figures.filter(({ ok, unit }) => !ok && !ofTheMachine.includes(unit))
  expect({ missed, story: missed.length === 0 ? '' : story }).toEqual({ missed: [], story: '' })
  const names = figures.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'rate beside a bare COPY',
      'queries of a snapshot cycle',
      'instants filled in',
      'dashboard, median',
      'alerts stored',
      'space given back',
      '/api/charts?hours=168',
    ]),
  )
  expect(names.filter((name) => name.startsWith('Grafana ')).length).toBeGreaterThan(8)
}, 900_000)
