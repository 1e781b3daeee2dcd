import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { eventually, temporaryFolder } from '../harness/index.js'
import { repository } from '../harness/repository.js'
import { isAlive } from './demo.js'

/** A `prometheus` that takes seconds to say that it does not run. None can be fetched: its folder is a file. */
const slow = '#!/bin/sh\nsleep 5\nexit 1\n'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('up-fails')
  const bin = join(folder.path, 'bin')
  mkdirSync(join(folder.path, '.mnemoscope'), { recursive: true })
  mkdirSync(bin)
  writeFileSync(join(folder.path, 'mnemoscope.config.ts'), 'export default { services: [] }\n')
  writeFileSync(join(folder.path, '.mnemoscope/tools'), '')
  writeFileSync(join(bin, 'prometheus'), slow, { mode: 0o755 })
})
afterEach(() => folder.remove())

function start(): {
  output: () => string
  kill: (signal: NodeJS.Signals) => void
  end: Promise<number | null>
} {
  const command = join(repository, 'packages/cli/bin/mnemoscope.js')
  const PATH = `${join(folder.path, 'bin')}${delimiter}${process.env.PATH}`
  const child = spawn(process.execPath, [command, 'up', '--demo', '--ports', 'auto'], {
    cwd: folder.path,
    env: { ...process.env, PATH, NO_COLOR: '1', DATABASE_URL: undefined },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const end = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { output: () => output, kill: (signal) => child.kill(signal), end }
}

/** The process of a part that still starts. */
const pidOf = (part: string): number => {
  const file = join(folder.path, '.mnemoscope/run', `${part}.pid`)
  return JSON.parse(readFileSync(file, 'utf8')).server.pid
}

test.each([
  ['the programs cannot be had', undefined, 1],
  ['Ctrl-C comes', 'SIGINT', 0],
] as const)(
  'a recorder that waits for Prometheus ends when %s',
  async (_, signal, exitCode) => {
    const up = start()
    const recorder = await eventually('the recorder is loading', () => pidOf('recorder'), {
      withinMs: 60_000,
    })
    expect(isAlive(recorder)).toBe(true)
    if (signal !== undefined) up.kill(signal)
    expect([await up.end, up.output()]).toEqual([exitCode, expect.stringMatching(/recorder +stopped/)])
    expect(up.output().includes('TOOL_MISSING')).toBe(signal === undefined)
    expect(isAlive(recorder)).toBe(false)
    expect(readdirSync(join(folder.path, '.mnemoscope/run'))).toEqual([])
    expect(readFileSync(join(folder.path, '.mnemoscope/logs/recorder.log'), 'utf8')).toBe('')
  },
  120_000,
)
