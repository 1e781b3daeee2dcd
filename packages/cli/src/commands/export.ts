import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Argument, Command, Option } from 'commander'
import type { Exported } from '../export/export.js'
import { type FileFormat, fileFormats } from '../export/row-file.js'
import { type Part, type TableName, tableNames } from '../export/tables.js'
import { numberOption } from '../options.js'
import { print } from '../terminal.js'

interface ExportCommandOptions {
  format: FileFormat[]
  output: string
  force?: true
  hours: number
  from?: string
  to?: string
  service?: string
  model?: string
  operation?: string
  json?: true
}

/** `mnemoscope export`: the history of a time as files, for people who analyse it elsewhere. */
export const exportCommand = new Command('export')
  .description('write snapshots, alert episodes and measurements of a time to CSV or Parquet files')
  .addArgument(new Argument('[what...]', 'which of them (default: all)').choices(tableNames))
  .addOption(
    new Option('--format <format...>', 'formats of the files').choices(fileFormats).default(['csv'], 'csv'),
  )
  .option('-o, --output <folder>', 'folder of the files', '.')
  .option('--force', 'replace existing files')
  .option('--hours <hours>', 'how far back', numberOption('--hours', 0.01, 24 * 3_650), 24)
  .option('--from <time>', 'begin, ISO 8601, in place of --hours')
  .option('--to <time>', 'end, ISO 8601 (default: now)')
  .option('--service <name>', 'one service only')
  .option('--model <name>', 'one model only')
  .option('--operation <name>', 'one operation only, such as search')
  .option('--json', 'print the list of files as JSON')
  .addHelpText(
    'after',
    '\nIt reads the database as `mnemoscope sql` does. Both ends of the time are included. Episodes are those that fired' +
      '\nat some time of it. A CSV text that a spreadsheet would run begins with an apostrophe.',
  )
  .action(async (what: TableName[], options: ExportCommandOptions) => {
    const { format, output, force, json } = options
    const part = partOf(options)
    const { openReader } = await import('@mnemoscope/recorder')
    const { connectionString, readerAddress } = await import('../sql/reader-address.js')
    const { exportTables, Stopped } = await import('../export/export.js')
    const { liveLine } = await import('../live-line.js')
    const { stopSignal } = await import('../up/stop-signal.js')
    const progress = liveLine(process.stderr)
    const stopping = stopSignal(() => progress.note('Stopping'))
    const onRows = (table: TableName, written: number, total: number) =>
      progress.show(rowsText(table, written, total))
    // A day of many rows is sorted by one statement.
    const reader = await openReader(connectionString(readerAddress()), {
      consistent: true,
      atOnce: 5_000,
      timeoutSeconds: 600,
    })
    try {
      const files = await exportTables({
        ...{ reader, part, stopping, folder: output, force: force === true, onRows },
        tables: what.length === 0 ? tableNames : [...new Set(what)],
        formats: [...new Set(format)],
      })
      progress.end()
      print(json ? `${JSON.stringify(files)}\n` : files.map(fileText).join(''))
    } catch (error) {
      progress.end()
      if (!(error instanceof Stopped)) throw error
      print('Stopped: no file was written.\n', process.stderr)
      process.exitCode = 130
    } finally {
      await reader.close()
    }
  })

function rowsText(table: TableName, written: number, total: number): string {
  const share = total === 0 ? 100 : Math.floor((100 * written) / total)
  return `${table}: ${written.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} rows, ${share} %`
}

function fileText({ file, rows, bytes }: Exported): string {
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
  return `Wrote ${file}: ${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}, ${size}\n`
}

function partOf({ hours, from, to, service, model, operation }: ExportCommandOptions): Part {
  const until = to === undefined ? new Date() : timeOption('--to', to)
  const since =
    from === undefined ? new Date(until.getTime() - hours * 3_600_000) : timeOption('--from', from)
  if (since <= until) return { from: since, to: until, service, model, operation }
  throw new MnemoscopeError('USAGE', `the time ends before it begins: ${since.toISOString()}`, {
    value: since.toISOString(),
    expected: `a begin before ${until.toISOString()}`,
    next: 'Correct --from, or --to.',
  })
}

function timeOption(name: string, text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}(?:T.+)?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(time.getTime())) return time
  throw new MnemoscopeError('USAGE', `${name}: ${JSON.stringify(text)} is not a time`, {
    value: text,
    expected: 'ISO 8601, such as 2026-03-16 or 2026-03-16T10:20:00Z',
    next: 'Correct it.',
  })
}
