import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { Reader } from '@mnemoscope/recorder'
import { type FileFormat, openRowFile, type RowFile } from './row-file.js'
import { countQuery, type Part, rowQueries, type TableName } from './tables.js'

export interface ExportOptions {
  readonly reader: Reader
  readonly tables: readonly TableName[]
  readonly formats: readonly FileFormat[]
  readonly part: Part
  /** Folder of the files; it is made. */
  readonly folder: string
  /** Whether existing files are replaced. */
  readonly force: boolean
  /** Called after each batch of rows. */
  readonly onRows: (table: TableName, written: number, total: number) => void
  /** Ends the export without a file. */
  readonly stopping: AbortSignal
}

/** A file that was written. */
export interface Exported {
  readonly table: TableName
  readonly file: string
  readonly rows: number
  readonly bytes: number
}

interface Target {
  readonly table: TableName
  readonly format: FileFormat
  readonly file: string
  /** Where it is written until all files are complete. */
  readonly unfinished: string
}

/**
 * Writes tables to files. The files appear when all of them are complete, or none does. The reader must be a consistent one:
 * the rows are counted by the database first, and so many must be written.
 * @throws MnemoscopeError USAGE if a file exists; DATABASE_QUERY, DATABASE_UNREACHABLE
 */
export async function exportTables(options: ExportOptions): Promise<Exported[]> {
  const { tables, formats, folder, force } = options
  const targets = tables.flatMap((table) =>
    formats.map((format): Target => {
      const name = `${table}.${format}`
      const unfinished = join(folder, `.${name}.${process.pid}.part`)
      return { table, format, file: join(folder, name), unfinished }
    }),
  )
  if (!force) refuseExisting(targets)
  mkdirSync(folder, { recursive: true })
  try {
    const counts = new Map<TableName, number>()
    for (const table of tables) {
      const files = targets.filter((target) => target.table === table)
      counts.set(table, await exportTable(table, files, options))
    }
    if (!force) refuseExisting(targets)
    return targets.map(({ table, file, unfinished }) => {
      renameSync(unfinished, file)
      return { table, file, rows: counts.get(table) ?? 0, bytes: statSync(file).size }
    })
  } finally {
    for (const { unfinished } of targets) rmSync(unfinished, { force: true })
  }
}

/** @returns rows of each file */
async function exportTable(
  table: TableName,
  targets: readonly Target[],
  { reader, part, onRows, stopping }: ExportOptions,
): Promise<number> {
  const total = await counted(reader, table, part)
  const files: RowFile[] = []
  let written = 0
  try {
    for (const { unfinished, format } of targets) files.push(await openRowFile(unfinished, format))
    for (const { text, values } of rowQueries(table, part)) {
      for await (const batch of reader.batches(text, values)) {
        if (stopping.aborted) throw new Stopped()
        for (const file of files) await file.write(batch)
        written += batch.rows.length
        onRows(table, written, total)
      }
    }
  } catch (error) {
    for (const file of files) await file.abandon()
    throw error
  }
  for (const file of files) await file.finish()
  if (written !== total)
    throw new Error(`${table}: the database counts ${total} rows, ${written} were written`)
  return written
}

/** The export was stopped by Ctrl-C. */
export class Stopped extends Error {
  constructor() {
    super('stopped')
  }
}

async function counted(reader: Reader, table: TableName, part: Part): Promise<number> {
  const { text, values } = countQuery(table, part)
  for await (const { rows } of reader.batches(text, values)) return Number(rows[0]?.[0])
  throw new Error(`${table}: no answer to ${text}`)
}

function refuseExisting(targets: readonly Target[]): void {
  const existing = targets.filter(({ file }) => existsSync(file)).map(({ file }) => file)
  if (existing.length === 0) return
  throw new MnemoscopeError('USAGE', `${existing.join(', ')} ${existing.length === 1 ? 'exists' : 'exist'}`, {
    value: existing,
    expected: 'files that do not exist yet',
    next: 'Name another folder with --output, or replace them with --force.',
  })
}
