/**
 * Every error code of Mnemoscope, with its meaning and the exit code a command ends with.
 * `docs/errors.md` explains each one; a test keeps the two in step.
 */
export const errorCodes = {
  CONFIG_INVALID: { exitCode: 2, meaning: 'a value in the configuration is invalid' },
  CONFIG_NOT_FOUND: { exitCode: 2, meaning: 'there is no configuration file at the given path' },
  CONFIG_NOT_LOADABLE: { exitCode: 2, meaning: 'the configuration file could not be run' },
  USAGE: { exitCode: 2, meaning: 'a command was called with an argument it does not take' },
  GENERATED_DRIFT: { exitCode: 1, meaning: 'generated files differ from what the configuration gives' },
  GENERATED_REJECTED: { exitCode: 1, meaning: 'promtool or amtool refused a generated file' },
  FILE_UNUSABLE: { exitCode: 1, meaning: 'a file or folder cannot be read or written' },
  TOOL_MISSING: {
    exitCode: 1,
    meaning: 'a required program was not found and could not be fetched',
  },
  TOOL_CHECKSUM: {
    exitCode: 1,
    meaning: 'a downloaded archive does not have its published or pinned checksum',
  },
  PORT_IN_USE: { exitCode: 1, meaning: 'the address to listen on is taken' },
  PROCESS_ENDED: { exitCode: 1, meaning: 'a server ended before or while it was needed' },
  PROCESS_NOT_READY: { exitCode: 1, meaning: 'a server did not become ready in time' },
  ALREADY_RUNNING: { exitCode: 1, meaning: 'the pipeline already runs in this folder' },
  NOT_RUNNING: { exitCode: 1, meaning: 'no running pipeline was found' },
  DATABASE_ADDRESS: {
    exitCode: 2,
    meaning: 'the address of the database is invalid, or names a file or service that is not there',
  },
  DATABASE_UNREACHABLE: { exitCode: 1, meaning: 'Postgres does not answer at the given address' },
  DATABASE_UNABLE: {
    exitCode: 1,
    meaning: 'Postgres answers but cannot store or read now',
  },
  DATABASE_DENIED: { exitCode: 1, meaning: 'the database user may not create or change the tables' },
  DATABASE_BASELINE: {
    exitCode: 1,
    meaning: 'the tables in the database are those of another version of Mnemoscope, or some are missing',
  },
  DATABASE_VERSION: {
    exitCode: 1,
    meaning: 'the data directory belongs to another major version of Postgres',
  },
  DATABASE_QUERY: { exitCode: 2, meaning: 'Postgres refused or ended a query' },
  PROMETHEUS_UNREACHABLE: { exitCode: 1, meaning: 'Prometheus does not answer at the given address' },
  PROMETHEUS_QUERY: { exitCode: 1, meaning: 'Prometheus answered a query with an error' },
  RECORDER_UNREACHABLE: { exitCode: 1, meaning: 'the recorder does not answer at the given address' },
  REQUEST_INVALID: { exitCode: 1, meaning: 'a request to the HTTP API is malformed' },
  REQUEST_TOO_LARGE: { exitCode: 1, meaning: 'a request body is larger than the configured limit' },
  RECORDER_BUSY: { exitCode: 1, meaning: 'the recorder serves as many requests as it can' },
  ALERTMANAGER_UNREACHABLE: { exitCode: 1, meaning: 'Alertmanager does not answer at the given address' },
  MESSAGE_NOT_SENT: { exitCode: 1, meaning: 'a test message did not reach a receiver' },
  CHANGE_ROLLED_BACK: {
    exitCode: 1,
    meaning: 'a changed configuration did not run and was rolled back; the last good one is in use',
  },
  CHANGE_REFUSED: {
    exitCode: 1,
    meaning: 'a backtest says that an edit makes alerts worse, or the past does not say; nothing was changed',
  },
  CHANGE_TAKEN_BACK: {
    exitCode: 1,
    meaning: 'an edit was applied and taken back, because its alerts left the range that was predicted',
  },
  CONFIG_NOT_APPLIED: {
    exitCode: 1,
    meaning: 'the configuration file is valid, but the rules in Prometheus come from another one',
  },
  CONFIG_READ_ONLY: {
    exitCode: 1,
    meaning: 'this recorder follows its configuration and does not change it',
  },
  PATCH_REFUSED: {
    exitCode: 1,
    meaning: 'a patch has a setting that only the configuration file may have, or too many settings',
  },
  TOKEN_REQUIRED: { exitCode: 1, meaning: 'the request has no valid token or key' },
  ACCESS_DENIED: { exitCode: 1, meaning: 'the key, or the address, may not do this' },
  HOST_REFUSED: {
    exitCode: 1,
    meaning: 'a request is for a host name that the server does not have, or from a page of another site',
  },
  DATASET_INVALID: {
    exitCode: 2,
    meaning: 'a file of labelled questions does not have the format that it should have',
  },
  MEMORY_UNUSABLE: {
    exitCode: 1,
    meaning: 'the module of a memory does not load, or the memory does not answer',
  },
  MEASUREMENT_INVALID: { exitCode: 1, meaning: 'a measurement is not a value its KPI can have' },
} as const satisfies Record<string, { exitCode: 1 | 2; meaning: string }>

export type ErrorCode = keyof typeof errorCodes

/** What an error says to its reader. */
export interface ErrorDetail {
  /** The value that was refused, as it was given. Left out where there is none. */
  readonly value?: unknown
  /** What was expected instead. */
  readonly expected?: string
  /** What to do next: a command, a setting, a place to look. */
  readonly next: string
  readonly cause?: unknown
}

/** An error a person can act on: code, offending value, what was expected, next step. */
export class MnemoscopeError extends Error {
  override readonly name = 'MnemoscopeError'
  readonly code: ErrorCode
  readonly value: unknown
  readonly expected: string | undefined
  readonly next: string

  constructor(code: ErrorCode, message: string, detail: ErrorDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.code = code
    this.value = detail.value
    this.expected = detail.expected
    this.next = detail.next
  }
}
