import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { libpqVariables, ownSources, readAddress, urlOf } from '@mnemoscope/recorder'
import { type RunFile, readRunFile } from '../up/run-file.js'

/** Where the history is read, as a role that only reads. */
export interface ReaderAddress {
  /** Connection string without the password. */
  readonly address: string
  /** Undefined if the server asks for none, or a .pgpass file has it. */
  readonly password: string | undefined
  /** File with the password; undefined if it comes from the environment. */
  readonly passwordFile: string | undefined
}

/**
 * The address in MNEMOSCOPE_READER_URL, with the password in it, in MNEMOSCOPE_READER_PASSWORD or in the file that
 * MNEMOSCOPE_READER_PASSWORD_FILE names. Otherwise that of the `mnemoscope up` that runs in the folder.
 * @throws MnemoscopeError DATABASE_ADDRESS, NOT_RUNNING, USAGE
 */
export function readerAddress(folder = '.', env: NodeJS.ProcessEnv = process.env): ReaderAddress {
  const { MNEMOSCOPE_READER_URL: url } = env
  return url ? fromEnvironment(url, env) : fromRun(resolve(folder))
}

/** Connection string with the password. */
export function connectionString({ address, password }: Pick<ReaderAddress, 'address' | 'password'>): string {
  return password === undefined ? address : urlOf({ ...readAddress(address).parts, password })
}

/** Environment variables of libpq, which psql, pandas and others read. */
export function libpqEnvironment({ address, password }: ReaderAddress): Record<string, string> {
  const { parts } = readAddress(address)
  return {
    ...libpqVariables({ port: '5432', ...parts, ...(password !== undefined && { password }) }),
    PGAPPNAME: 'mnemoscope-reader',
    PGTZ: 'UTC',
  }
}

function fromEnvironment(text: string, env: NodeJS.ProcessEnv): ReaderAddress {
  const { MNEMOSCOPE_READER_PASSWORD: variable, MNEMOSCOPE_READER_PASSWORD_FILE: file } = env
  // PGPASSWORD and .pgpass come last: where nothing else has a password, the client reads them.
  const own = { ...env, PGPASSWORD: '', PGPASSFILE: '/dev/null' }
  const sources = { ...ownSources(), env: own, variable: 'MNEMOSCOPE_READER_URL' }
  const { password: inAddress, ...parts } = readAddress(text, sources).parts
  const passwordFile = inAddress === undefined && !variable && file ? file : undefined
  const written = passwordFile === undefined ? undefined : passwordIn(passwordFile)
  return { address: urlOf(parts), password: inAddress ?? (variable || written), passwordFile }
}

function fromRun(folder: string): ReaderAddress {
  const run = runIn(folder)
  const { reader, readerPasswordFile } = run
  if (reader === undefined || readerPasswordFile === undefined) {
    throw new MnemoscopeError('USAGE', 'no role that only reads is known for the database in DATABASE_URL', {
      expected: 'MNEMOSCOPE_READER_URL=postgres://mnemoscope_reader@host:port/database',
      next: setUpReader,
    })
  }
  return { address: reader, password: passwordIn(readerPasswordFile), passwordFile: readerPasswordFile }
}

const setUpReader =
  'Have an administrator run deploy/postgres/roles.sql and set a password (docs/databases.md), then set MNEMOSCOPE_READER_URL and MNEMOSCOPE_READER_PASSWORD_FILE.'

function runIn(folder: string): RunFile {
  try {
    return readRunFile(folder)
  } catch (error) {
    if (!(error instanceof MnemoscopeError)) throw error
    throw new MnemoscopeError('NOT_RUNNING', error.message, {
      value: folder,
      next: 'Run the command in the folder of `npx mnemoscope up`, or set MNEMOSCOPE_READER_URL to the address of another database.',
      cause: error,
    })
  }
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new MnemoscopeError('USAGE', `no password in ${file}: ${(cause as Error).message}`, {
      value: file,
      expected: 'a file with the password of the role that reads',
      next: 'Correct MNEMOSCOPE_READER_PASSWORD_FILE, or run the command as the user who started `npx mnemoscope up`.',
      cause,
    })
  }
}
