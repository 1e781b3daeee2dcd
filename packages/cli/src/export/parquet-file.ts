import { open } from 'node:fs/promises'
import type { Column, RowBatch } from '@mnemoscope/recorder'
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { RowFile } from './row-file.js'

/** Rows that are compressed together. Readers want many; all of them are in memory until they are written. */
const rowGroup = 50_000

/** A Parquet file: times are UTC in microseconds, JSON columns are JSON, every column can be NULL. */
export function openParquetFile(path: string): RowFile {
  let opened: { writer: ParquetWriter; columns: readonly Column[]; held: unknown[][] } | undefined
  const flush = () => {
    const { writer, columns, held } = opened ?? {}
    if (writer === undefined || columns === undefined || held?.[0] === undefined || held[0].length === 0)
      return
    writer.write({
      columnData: columns.map(({ name }, i) => ({ name, data: held[i] ?? [] })),
      rowGroupSize: rowGroup,
    })
    for (const values of held) values.length = 0
  }
  return {
    async write({ columns, rows }: RowBatch) {
      opened ??= {
        writer: new ParquetWriter({
          writer: fileWriter(path),
          schema: schemaOf(columns),
          createdBy: 'mnemoscope',
        }),
        columns,
        held: columns.map(() => []),
      }
      const { held } = opened
      for (const row of rows) {
        for (const [i, text] of row.entries()) held[i]?.push(parquetValue(columns[i], text))
      }
      if ((held[0]?.length ?? 0) >= rowGroup) flush()
    },
    async finish() {
      flush()
      opened?.writer.finish()
      const file = await open(path, 'r+')
      await file.sync()
      await file.close()
    },
    async abandon() {},
  }
}

const types: Readonly<Record<Column['kind'], Omit<SchemaElement, 'name'>>> = {
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...types[kind] }),
    ),
  ]
}

function parquetValue(column: Column | undefined, text: string | null): unknown {
  if (text === null) return null
  switch (column?.kind) {
    case 'integer':
      return BigInt(text)
    case 'number':
      return Number(text)
    case 'boolean':
      return text === 'true'
    case 'json':
      return JSON.parse(text)
    case 'time':
      return microseconds(text)
    default:
      return text
  }
}

/** Microseconds since the epoch of `2026-03-16T10:20:00.123456Z`. */
function microseconds(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(time) ?? []
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000n + BigInt(fraction.padEnd(6, '0'))
}
