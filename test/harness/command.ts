import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunFile } from '../../packages/cli/src/up/run-file.js'
import { eventually } from './eventually.js'
import { repository } from './repository.js'
import { orEnd } from './started.js'

const command = join(repository, 'packages/cli/bin/mnemoscope.js')

export interface CliResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built `mnemoscope` command to its end in a folder. */
export function mnemoscope(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd,
      env: { ...cleanEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

/**
 * Runs the command to its end in this process, from its sources. It is faster than `mnemoscope`, which a test of the process
 * itself needs: of signals, of closed output, of the servers that it starts.
 */
export async function mnemoscopeHere(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  const { run } = await import('../../packages/cli/src/program.js')
  const before = { cwd: process.cwd(), env: process.env }
  const [stdout, stderr] = [captured(process.stdout), captured(process.stderr)]
  process.exitCode = undefined
  process.env = { ...cleanEnv(), ...env }
  process.chdir(cwd)
  try {
    await run(args)
  } finally {
    process.chdir(before.cwd)
    process.env = before.env
    stdout.end()
    stderr.end()
  }
  const exitCode = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

/** Takes what is written to a stream, until `end`. */
function captured(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const { write, isTTY } = stream
  let text = ''
  stream.isTTY = false
  stream.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    return true
  }
  return {
    text: () => text,
    end: () => Object.assign(stream, { write, isTTY }),
  }
}

/** A running `mnemoscope up`. */
export interface Up {
  readonly pid: number
  readonly run: RunFile
  /** What it has printed so far. */
  output(): string
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** What `up` prints last, once everything runs. */
const allRuns = 'Ctrl-C stops everything'

/**
 * Starts `mnemoscope up` in a folder and waits until its run file is there and it has said so. It is ended if that fails.
 * @param account as which it runs; default this one
 */
export async function startUp(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  account: { readonly uid?: number; readonly gid?: number } = {},
): Promise<Up> {
  const child = spawn(process.execPath, [command, 'up', ...args], {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...account,
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return closed
  }
  const run = await orEnd(
    () => end('SIGTERM'),
    async () => {
      const found = await eventually(
        'the run file and the word that all runs',
        () => {
          if (hasEnded()) return 'ended'
          const file = JSON.parse(readFileSync(join(cwd, '.mnemoscope/run.json'), 'utf8')) as RunFile
          return file.pids.mnemoscope === child.pid && output.includes(allRuns) && file
        },
        { withinMs: 120_000 },
      )
      if (found === 'ended') throw new Error(`mnemoscope up ended:\n${output}`)
      return found
    },
  )
  return {
    pid: child.pid as number,
    run,
    output: () => output,
    end,
  }
}

/** Our environment less what would change what is tested. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, NODE_OPTIONS: __, FORCE_COLOR: ___, ...env } = process.env
  return { ...env, NO_COLOR: '1' }
}
