import { type ErrorCode, errorCodes } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { fileFailure } from './file-failure.js'
import { printable } from './printable.js'

/** What a failed command writes to standard error and ends with: 2 for bad input, 1 for everything else. */
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
  const body = printable(message)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
  return {
    text: `${pc.red(`mnemoscope: ${code}`)}\n${body}\n  ${pc.bold('Next:')} ${printable(next)}\n`,
    exitCode,
  }
}

interface Actionable extends Error {
  readonly code: ErrorCode
  readonly value?: unknown
  readonly expected?: string
  readonly next: string
}

/** By its fields, not its class: a configuration file may have loaded a copy of its own. */
function isActionable(error: unknown): error is Actionable {
  return (
    error instanceof Error &&
    'next' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in errorCodes
  )
}
