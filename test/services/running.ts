import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A process of a service. */
export interface Running {
  readonly process: ChildProcess
  /** All that it has printed. */
  output(): string
  /** Waits for a line with this text, after what was printed until now. */
  said(text: string): Promise<void>
  /** Ends it as an orchestrator does, and waits. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const mostSeconds = 40

export function start(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Running {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const exited = once(child, 'exit')
  return {
    process: child,
    output: () => output,
    async said(text) {
      const from = output.length
      await until(`"${text}" of ${args.join(' ')}`, async () => output.includes(text, from))
    },
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Asks until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + mostSeconds * 1_000
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`${what}: not within ${mostSeconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits for the end of a process that ends by itself. */
export async function ended(running: Running): Promise<void> {
  const { process } = running
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit')
}

export async function get(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(10_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`)
  return text
}
