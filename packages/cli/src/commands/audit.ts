import { writeFileSync } from 'node:fs'
import type { FindingName } from '@mnemoscope/evaluation'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import type { Source } from '../audit/load-source.js'
import { type Columns, columnOption } from '../audit/table-source.js'
import type { Limit } from '../audit/text.js'
import { numberOption } from '../options.js'
import { print, printable } from '../terminal.js'

interface AuditCommandOptions {
  memory?: string
  postgres?: string | true
  table: string
  column: Columns
  share: number
  examples: number
  texts?: true
  secrets: boolean
  failAbove: readonly string[]
  output?: string
  json?: true
}

/** `mnemoscope audit`: what is wrong with the entries of a store. */
export const auditCommand = new Command('audit')
  .description('read all entries of a store, and say what is wrong with them')
  .option('--memory <module>', 'module whose default export has the function entries')
  .option('--postgres [address]', 'read a table of Postgres in its place (without an address: DATABASE_URL)')
  .option('--table <name>', 'the table', 'memories')
  .option(
    '--column <name=column>',
    'what a column holds, such as text=content; can be given several times',
    columnOption,
    {},
  )
  .option(
    '--share <share>',
    'share of the time that reading may take, up to 1',
    numberOption('--share', 0.001, 1),
    1,
  )
  .option('--examples <n>', 'examples of each finding', numberOption('--examples', 0, 10_000), 10)
  .option('--texts', 'show the beginnings of their texts, but for secrets')
  .option('--no-secrets', 'do not look for secrets')
  .option(
    '--fail-above <finding=most>',
    'end with exit code 1 if it is more; can be given several times',
    (text: string, before: readonly string[]) => [...before, text],
    [],
  )
  .option('-o, --output <file>', 'write the report as JSON to a file')
  .option('--json', 'print the report as JSON')
  .addHelpText(
    'after',
    '\nFindings: exact_duplicates, near_duplicates, tiny_entries, never_retrieved and superseded_returned are shares of the' +
      '\nentries from 0 to 1, and entries_with_secrets is a number of entries. docs/store.md says what each is.',
  )
  .action(async (options: AuditCommandOptions) => {
    const { findingNames, readStore } = await import('@mnemoscope/evaluation')
    const { auditSections, excessesOf } = await import('../audit/text.js')
    const { liveLine } = await import('../live-line.js')
    const { stopSignal } = await import('../up/stop-signal.js')
    const limits = options.failAbove.map((text) => limitIn(text, findingNames))
    const { name, source } = await sourceOf(options)
    const progress = liveLine(process.stderr)
    const signal = stopSignal(() => progress.note('Stopping'))
    let firstError: unknown
    try {
      const health = await readStore(source.entries, {
        ...{ signal, share: options.share, examples: options.examples, secrets: options.secrets },
        texts: options.texts === true,
        search: source.search,
        // A wrong address or column is told soon.
        mostFailures: 2,
        onProgress: (entries) => progress.show(`${entries.toLocaleString('en-US')} entries`),
        onError: (error) => {
          firstError ??= error
        },
      })
      progress.end()
      const failures = excessesOf(health, limits)
      const report = `${JSON.stringify({ source: name, ...health, excesses: failures })}\n`
      if (options.output !== undefined) writeFileSync(options.output, report)
      if (options.json) print(report)
      else {
        const { reportText } = await import('../report/text.js')
        const heading = `${name}  ${health.entries.toLocaleString('en-US')} entries`
        print(reportText({ heading, sections: auditSections(health) }))
        if (firstError !== undefined) print(`Note: the first error: ${printable(String(firstError))}\n`)
        print(failures.map((failure) => `Failed: ${printable(failure)}\n`).join(''))
        if (options.output !== undefined) print(`Written to ${options.output}\n`)
      }
      if (failures.length > 0) process.exitCode = 1
    } catch (error) {
      progress.end()
      if (!signal.aborted) throw sourceError(error, name)
      print('Stopped: the store was not read to its end.\n', process.stderr)
      process.exitCode = 130
    } finally {
      await source.close?.()
    }
  })

/** @throws MnemoscopeError USAGE unless there is one source */
async function sourceOf({
  memory,
  postgres,
  table,
  column,
}: AuditCommandOptions): Promise<{ name: string; source: Source }> {
  const { loadSource } = await import('../audit/load-source.js')
  const { openTable } = await import('../audit/table-source.js')
  const address = postgres === true ? process.env.DATABASE_URL : postgres
  if (memory !== undefined && postgres === undefined)
    return { name: memory, source: await loadSource(memory) }
  if (memory === undefined && address)
    return { name: `table ${table}`, source: await openTable({ address, table, columns: column }) }
  const expected =
    '--memory with a module, or --postgres with the address of a database, in the option or in DATABASE_URL'
  throw new MnemoscopeError('USAGE', `it is not clear which store to read: expected ${expected}`, {
    expected,
    next: 'Name one store: `npx mnemoscope audit --memory memory.mjs`. docs/store.md says more.',
  })
}

/** What the source throws, as an error that says whose it is. */
function sourceError(error: unknown, memory: string): unknown {
  if (error instanceof MnemoscopeError) return error
  return new MnemoscopeError('MEMORY_UNUSABLE', `${memory}: its entries cannot be read: ${error}`, {
    value: memory,
    expected: 'entries, each with an id and a text',
    next: 'Check the function entries of the module, or the address, the table and the columns.',
    cause: error,
  })
}

/** Reads `--fail-above exact_duplicates=0.2`. */
function limitIn(text: string, names: readonly FindingName[]): Limit {
  const [, name, most] = /^([a-z_]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? []
  const finding = names.find((each) => each === name)
  if (finding !== undefined) return { finding, most: Number(most) }
  const expected = `one of ${names.join(', ')}, and the most that passes, such as exact_duplicates=0.2`
  throw new MnemoscopeError('USAGE', `--fail-above: ${JSON.stringify(text)}: expected ${expected}`, {
    value: text,
    expected,
    next: 'Correct the option. docs/store.md says what each finding is.',
  })
}
