import type { Writable } from 'node:stream'
import { types } from 'node:util'
import { type ErrorCode, errorCodes, MnemoscopeError } from '@mnemoscope/kpi/errors'
import pc from 'picocolors'
import { printable } from './terminal.js'

/** What a failed command writes to standard error, and its exit code: 2 for bad input, 1 for everything else. */
export function failureText(given: unknown, { json }: { json: boolean }): { text: string; exitCode: number } {
  const error = fileFailure(given) ?? given
  if (!isActionable(error)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return {
      text: json
        ? `${JSON.stringify({ error: { code: 'UNEXPECTED', message: String(error) } })}\n`
        : `${pc.red('mnemoscope: unexpected error')}\n${printable(stack)}\n`,
      exitCode: 1,
    }
  }
  const { code, message, value, expected, next } = error
  const { exitCode } = errorCodes[code]
  if (json)
    return { text: `${JSON.stringify({ error: { code, message, value, expected, next } })}\n`, exitCode }
  const isSaid = expected === undefined || [message, next].some((text) => text.includes(expected))
  const lines = [
    ...printable(message).split('\n'),
    ...(isSaid ? [] : [`${pc.bold('Expected:')} ${printable(expected)}`]),
    `${pc.bold('Next:')} ${printable(next)}`,
  ]
  return {
    text: `${pc.red(`mnemoscope: ${code}`)}\n${lines.map((line) => `  ${line}\n`).join('')}`,
    exitCode,
  }
}

interface Actionable extends Error {
  readonly code: ErrorCode
  readonly value?: unknown
  readonly expected?: string
  readonly next: string
}

/** By its fields, not its class: a configuration file may load another copy of the class. */
function isActionable(error: unknown): error is Actionable {
  return (
    types.isNativeError(error) &&
    'next' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in errorCodes
  )
}

const nextSteps: Readonly<Record<string, string>> = {
  EACCES: 'Let this user read and write there, or run the command as the owner.',
  EPERM: 'Let this user read and write there, or run the command as the owner.',
  EROFS: 'Run the command in a folder that it can write to.',
  ENOSPC: 'Free space on that disk and run the command again.',
  EDQUOT: 'Free space within your quota and run the command again.',
  EISDIR: 'A folder is in the place of a file: move it away.',
  ENOTDIR: 'A file is in the place of a folder: move it away.',
}

/** The system's error about a file or folder, with a next step; undefined for every other error. */
export function fileFailure(error: unknown): MnemoscopeError | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code = '', message, path, syscall } = error as NodeJS.ErrnoException
  const next = nextSteps[code]
  // Errors of a network listener have the same codes, but no path.
  if (next === undefined || syscall === undefined || (path === undefined && syscall !== 'write'))
    return undefined
  const named = path === undefined || message.includes(path) ? message : `${message} '${path}'`
  return new MnemoscopeError('FILE_UNUSABLE', named, { value: path, next, cause: error })
}

interface Outputs {
  readonly stdout: Writable
  readonly stderr: Writable
}

/**
 * Keeps a process running when its output is closed. A reader that has read enough (`head`) or that ended with the same
 * Ctrl-C (`tee`) is no failure, and the process must still stop in order. Any other lost output is a failure.
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
