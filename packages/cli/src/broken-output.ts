import type { Writable } from 'node:stream'
import { failureText } from './failure.js'

interface Outputs {
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * Keeps a process going whose output goes nowhere. A reader that has seen enough, as `head`, or that ended with the same
 * Ctrl-C, as `tee`, is no failure, and what stops in order must still do so; an output that is lost otherwise is one.
 */
export function outliveOutput({ stdout, stderr }: Outputs, failed: (exitCode: number) => void): void {
  stderr.on('error', () => {})
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    const { text, exitCode } = failureText(error, { json: false })
    stderr.write(text)
    failed(exitCode)
  })
}
