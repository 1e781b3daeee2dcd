import { largerContextSize } from '@mnemoscope/kpi'

/** How rows are written: as one JSON document a page at a time, or all of them as CSV or one JSON object a line. */
export const formats = ['json', 'csv', 'ndjson'] as const
export type Format = (typeof formats)[number]
export type StreamedFormat = Exclude<Format, 'json'>

export const contentTypes: Readonly<Record<Format, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

/** The line that comes before all rows; empty where the format has none. */
export function headOf(format: StreamedFormat, columns: readonly string[]): string {
  return format === 'csv' ? csvLine(columns) : ''
}

/** Rows as text, each with its end of line. */
export function linesOf(
  format: StreamedFormat,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  return rows
    .map((row) =>
      format === 'csv' ? csvLine(columns.map((column) => row[column])) : `${JSON.stringify(row)}\n`,
    )
    .join('')
}

/** A line of CSV, RFC 4180. Unknown is an empty field, objects are JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = cellText(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * A text that begins like a formula gets an apostrophe before it, or a spreadsheet would run it: names of models and
 * metadata come from outside. NDJSON has every text as it is. https://owasp.org/www-community/attacks/CSV_Injection
 */
function cellText(value: unknown): string {
  if (typeof value === 'object') return JSON.stringify(value)
  const isFormula =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && value !== largerContextSize && !isNumber(value)
  return isFormula ? `'${value}` : String(value)
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}
