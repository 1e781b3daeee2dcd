import { text } from 'node:stream/consumers'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command, Option } from 'commander'
import { numberOption } from '../options.js'
import type { ReaderAddress } from '../sql/reader-address.js'
import type { RowText } from '../sql/row-text.js'
import { print } from '../terminal.js'

interface SqlOptions {
  csv?: true
  json?: true
  limit?: number
  timeout: number
  address?: true
  withPassword?: true
}

/** Rows of a table, unless --limit says otherwise. CSV and JSON have all. */
const tableLimit = 1_000

/** `mnemoscope sql`: the history for people who write SQL, through a role that only reads. */
export const sqlCommand = new Command('sql')
  .description('ask the history in SQL, through a connection that only reads')
  .argument('[query]', 'one statement (default: from standard input; in a terminal psql opens)')
  .addOption(new Option('--csv', 'all rows as CSV').conflicts('json'))
  .option('--json', 'all rows as a JSON list')
  .option(
    '--limit <rows>',
    `most rows (default: ${tableLimit} in a table, all as CSV and JSON)`,
    numberOption('--limit', 1, 1e12),
  )
  .option('--timeout <seconds>', 'most time for the statement', numberOption('--timeout', 0.1, 3_600), 30)
  .option('--address', 'print the address for a notebook, a BI tool or another client')
  .option('--with-password', 'with --address: print the password in it')
  .addHelpText(
    'after',
    '\nMNEMOSCOPE_READER_URL names another database than that of `mnemoscope up` here; its password can be in' +
      '\nMNEMOSCOPE_READER_PASSWORD, or in the file that MNEMOSCOPE_READER_PASSWORD_FILE names.' +
      '\nTimes are UTC. docs/sql.md lists views, columns and functions, and has 20 questions with their queries.',
  )
  .action(async (given: string | undefined, options: SqlOptions) => {
    const { readerAddress } = await import('../sql/reader-address.js')
    const where = readerAddress()
    if (options.address) return printAddress(where, options)
    if (given === undefined && process.stdin.isTTY) {
      const { openPsql } = await import('../sql/psql.js')
      process.exitCode = await openPsql(where)
      return
    }
    const query = given ?? (await text(process.stdin))
    if (query.trim() === '') throw noQuery()
    await answer(query, where, options)
  })

function noQuery(): MnemoscopeError {
  return new MnemoscopeError('USAGE', 'there is no query', {
    expected: 'a query as argument or on standard input',
    next: 'Run `npx mnemoscope sql "SELECT * FROM alerts LIMIT 10"`.',
  })
}

async function answer(query: string, where: ReaderAddress, options: SqlOptions): Promise<void> {
  const { openReader } = await import('@mnemoscope/recorder')
  const { connectionString } = await import('../sql/reader-address.js')
  const { writeAnswer } = await import('../sql/run-query.js')
  const { send } = await import('../sql/output.js')
  const form = await rowTextOf(options)
  const most = options.limit ?? (options.csv || options.json ? Number.POSITIVE_INFINITY : tableLimit)
  const reader = await openReader(connectionString(where), { timeoutSeconds: options.timeout })
  try {
    const { count, isCut } = await writeAnswer(reader.batches(query), form, most, send)
    if (!isCut) return
    const more = options.csv || options.json ? 'without --limit you get all' : '--limit shows more, --csv all'
    print(`Cut after ${count.toLocaleString('en-US')} rows, there are more: ${more}.\n`, process.stderr)
  } finally {
    await reader.close()
  }
}

async function rowTextOf({ csv, json }: SqlOptions): Promise<RowText> {
  const { csvText, jsonText, tableText } = await import('../sql/row-text.js')
  if (json) return jsonText()
  if (!csv) return tableText({ widest: process.stdout.isTTY ? 60 : Number.POSITIVE_INFINITY })
  const { csvLine } = await import('@mnemoscope/recorder')
  return csvText(csvLine)
}

async function printAddress(where: ReaderAddress, { json, withPassword }: SqlOptions): Promise<void> {
  const { readAddress } = await import('@mnemoscope/recorder')
  const { connectionString } = await import('../sql/reader-address.js')
  const { address, password, passwordFile } = where
  const shown = withPassword ? connectionString(where) : address
  if (json) {
    const { host, port = '5432', dbname, user } = readAddress(address).parts
    const parts = { host, port: Number(port), database: dbname, user }
    print(`${JSON.stringify({ address: shown, ...parts, password_file: passwordFile ?? null })}\n`)
    return
  }
  print(`${shown}\n`)
  if (withPassword) return
  print(`${passwordNote(password, passwordFile)}\n`, process.stderr)
}

function passwordNote(password: string | undefined, file: string | undefined): string {
  if (file !== undefined) {
    return `The password is in a file. For most clients: export PGPASSWORD="$(cat '${file}')"\n--with-password prints the address with the password.`
  }
  if (password === undefined)
    return 'No password is known. A server that asks for one takes it from PGPASSWORD or ~/.pgpass.'
  return 'The password comes from the environment (MNEMOSCOPE_READER_URL or MNEMOSCOPE_READER_PASSWORD). Most clients read PGPASSWORD.'
}
