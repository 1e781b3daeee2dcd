import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from './environment.js'

/** The guardian's file lies at the package root: the same distance from src and from dist. */
const guardianFile = fileURLToPath(new URL('../../guardian.mjs', import.meta.url))

/** What the guardian runs; see guardian.mjs. */
export interface GuardedSpec {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly logFile: string
  readonly logLimitBytes: number
  readonly stopSignal: NodeJS.Signals
  readonly stopGraceMs: number
}

/** How a server ended. `unguarded`: its guardian died first, so how it ended (and whether) is not known. */
export interface GuardedExit {
  readonly code: number | null
  readonly signal: string | null
  readonly unguarded: boolean
}

export interface Guarded {
  readonly pid: number
  readonly guardianPid: number
  readonly exited: Promise<GuardedExit>
  /** Asks the server to stop; `exited` settles when it has ended. */
  stop(): void
  kill(): void
}

type GuardianEvent =
  | { event: 'started'; pid: number }
  | { event: 'failed'; message: string }
  | { event: 'exited'; code: number | null; signal: string | null }

/** Starts a server under a guardian. Rejects with the system's own error if it could not be started. */
export function guard(spec: GuardedSpec): Promise<Guarded> {
  const ownErrors = openSync(spec.logFile, 'a', 0o600)
  const guardian = spawn(process.execPath, [guardianFile], {
    detached: true,
    stdio: ['pipe', 'pipe', ownErrors],
    env: childEnvironment(),
    cwd: '/',
  }) as ChildProcessByStdio<Writable, Readable, null>
  closeSync(ownErrors)
  // Writing to a guardian that has just died must not end us; its exit is seen below.
  guardian.stdin.on('error', () => {})
  guardian.stdin.write(`${JSON.stringify(spec)}\n`)

  return new Promise((resolve, reject) => {
    let settle: (exit: GuardedExit) => void
    const exited = new Promise<GuardedExit>((resolveExit) => {
      settle = resolveExit
    })
    const lines = createInterface({ input: guardian.stdout })
    lines.on('line', (line) => {
      const event = JSON.parse(line) as GuardianEvent
      if (event.event === 'failed') reject(new Error(event.message))
      if (event.event === 'exited') settle({ code: event.code, signal: event.signal, unguarded: false })
      if (event.event === 'started')
        resolve({
          pid: event.pid,
          guardianPid: guardian.pid as number,
          exited,
          stop: () => void guardian.stdin.end(),
          kill: () => void guardian.stdin.write('kill\n'),
        })
    })
    guardian.on('error', reject)
    guardian.on('close', () => {
      reject(new Error('its guardian process ended at once'))
      settle({ code: null, signal: null, unguarded: true })
    })
  })
}
