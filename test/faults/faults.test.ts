import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from '@jest/globals'

/** The fault run in short form; `npm run faults` is the long one. */
const faults = 8

interface Figure {
  readonly name: string
  readonly value: number
  readonly goal?: number
  readonly ok: boolean
}

// Not left running where the time was up.
let child: ChildProcess | undefined
afterAll(() => void child?.kill())

test('after kills, broken connections, a full disk and wrong clocks nothing is lost and nothing is doubled', async () => {
  const command = fileURLToPath(new URL('./main.mjs', import.meta.url))
  child = spawn(process.execPath, [command, '--faults', String(faults), '--seed', '1', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  let output = ''
  let story = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (story += chunk))
  const code = await new Promise<number | null>((resolve) => child?.once('close', resolve))
  const figures = output
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Figure)
  const found = { code, missed: figures.filter(({ ok }) => !ok), story: code === 0 ? '' : story }
  expect(found).toEqual({ code: 0, missed: [], story: '' })
  const values = new Map(figures.map(({ name, value }) => [name, value]))
  expect(values.get('faults')).toBe(faults)
  expect(values.get('breaches')).toBeGreaterThan(0)
  expect(values.get('transitions')).toBeGreaterThan(0)
}, 900_000)
