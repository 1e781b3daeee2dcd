import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { Column, RowBatch } from '@mnemoscope/recorder'
import pc from 'picocolors'
import { printableLine } from '../terminal.js'

/** Writes rows as text, some at a time. */
export interface RowText {
  /** @param batch the first one has the columns, and can be without rows */
  rows(batch: RowBatch): string
  /** What comes after all rows. */
  end(count: number): string
}

/** RFC 4180 with a head. @param line makes a line of fields */
export function csvText(line: (fields: readonly (string | null)[]) => string): RowText {
  let hasHead = false
  return {
    rows({ columns, rows }) {
      const head = hasHead ? '' : line(columns.map(({ name }) => name))
      hasHead = true
      return head + rows.map((row) => line(row)).join('')
    },
    end: () => '',
  }
}

/** One list of objects, an object a line. Numbers have all their digits. */
export function jsonText(): RowText {
  let before = '[\n'
  return {
    rows({ columns, rows }) {
      refuseDoubled(columns)
      return rows
        .map((row) => {
          const fields = columns.map(
            (column, i) => `${JSON.stringify(column.name)}:${jsonValue(column, row[i] ?? null)}`,
          )
          const text = `${before}{${fields.join(',')}}`
          before = ',\n'
          return text
        })
        .join('')
    },
    end: (count) => (count === 0 ? '[]\n' : '\n]\n'),
  }
}

function jsonValue({ kind }: Column, text: string | null): string {
  if (text === null) return 'null'
  // JSON has no word for NaN and Infinity.
  const isText = kind === 'text' || kind === 'time' || (kind === 'number' && !/^-?\d/.test(text))
  return isText ? JSON.stringify(text) : text
}

function refuseDoubled(columns: readonly Column[]): void {
  const doubled = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) < i)
  if (doubled === undefined) return
  throw new MnemoscopeError('USAGE', `two columns are called ${JSON.stringify(doubled.name)}`, {
    value: doubled.name,
    expected: 'a name of its own for each column',
    next: 'Name one of them with AS, or use --csv.',
  })
}

export interface TableOptions {
  /** Longest cell, in characters; a longer one ends with "…". */
  readonly widest: number
}

/** A table for people: the columns are as wide as the first rows need, and numbers have six figures. */
export function tableText({ widest }: TableOptions): RowText {
  let widths: readonly number[] | undefined
  const lineOf = (columns: readonly Column[], cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const width = widths?.[i] ?? 0
        return isNumeric(columns[i]) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return {
    rows({ columns, rows }) {
      const cells = rows.map((row) => row.map((text, i) => cellOf(columns[i], text, widest)))
      const names = columns.map(({ name }) => printableLine(name))
      const head = widths === undefined
      widths ??= names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)))
      return [...(head ? [pc.bold(lineOf(columns, names))] : []), ...cells.map((row) => lineOf(columns, row))]
        .map((line) => `${line}\n`)
        .join('')
    },
    end: (count) => pc.dim(`(${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'})\n`),
  }
}

function isNumeric(column: Column | undefined): boolean {
  return column?.kind === 'integer' || column?.kind === 'number'
}

function cellOf(column: Column | undefined, text: string | null, widest: number): string {
  if (text === null) return '–'
  if (isNumeric(column)) return shortened(text)
  const line = printableLine(text)
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line
}

/** A number with a fraction in six figures. */
function shortened(text: string): string {
  return /[.e]/.test(text) && Number.isFinite(Number(text))
    ? String(Number(Number(text).toPrecision(6)))
    : text
}
