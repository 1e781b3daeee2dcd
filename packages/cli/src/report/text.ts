import type { ReportCell, ReportSection, ReportTone } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { printable, printableLine } from '../terminal.js'
import type { Report } from './report.js'

/** The report for a terminal, with colours, and with curves as sparklines. */
export function reportText({ heading, sections }: Pick<Report, 'heading' | 'sections'>): string {
  return [`${pc.bold('Mnemoscope')}  ${pc.dim(heading)}`, ...sections.map(sectionText), ''].join('\n\n')
}

function sectionText({ title, rows, note }: ReportSection): string {
  const lines = [...tableLines(rows), ...(note === undefined ? [] : [coloured(note, printable(note.text))])]
  return [pc.bold(printableLine(title)), ...lines.map((line) => `  ${line}`)].join('\n')
}

const colours: Record<ReportTone, (text: string) => string> = {
  good: pc.green,
  warning: pc.yellow,
  bad: pc.red,
}

type Row = readonly ReportCell[]

interface Column {
  readonly width: number
  /** Numbers are aligned right, words left. */
  readonly isOfNumbers: boolean
}

const gap = '   '
/** A wider table has its head in several lines. */
const mostColumns = 116

/**
 * A table as lines. Cells are coloured after padding, because colours have no width. An address is too long for a column,
 * so it has a separate line below its row.
 */
export function tableLines(rows: readonly Row[]): string[] {
  const [fullHead = [], ...fullBody] = rows.map((row) => row.map(shownCell))
  if (rows.length === 0) return []
  const isColumn = fullHead.map((_, i) => fullBody.every((row) => row[i]?.href === undefined))
  const inColumns = (row: Row) => row.filter((_, i) => isColumn[i] ?? true)
  const [head, body] = [inColumns(fullHead), fullBody.map(inColumns)]
  const columns = columnsOf(head, body)
  return [
    ...headLines(head, columns).map((line) => pc.dim(line)),
    ...fullBody.flatMap((row, i) => [lineOf(body[i] as Row, columns), ...addresses(row)]),
  ]
}

function shownCell(cell: ReportCell): ReportCell {
  const { text, href } = cell
  return { ...cell, text: printableLine(text), href: href === undefined ? href : printableLine(href) }
}

/** A text in the colour of its tone. */
export function coloured({ tone }: ReportCell, text: string): string {
  return tone === undefined ? text : colours[tone](text)
}

function columnsOf(head: Row, body: readonly Row[]): Column[] {
  const columns = (widthOfHead: (text: string) => number) =>
    head.map(({ text }, i) => ({
      width: Math.max(widthOfHead(text), ...body.map((row) => row[i]?.text.length ?? 0)),
      isOfNumbers: i > 0 && body.every((row) => /^(?:[≤≥] )?[\d−-]|^unknown$|^$/.test(row[i]?.text ?? '')),
    }))
  const wide = columns((text) => text.length)
  const isWide = wide.reduce((sum, { width }) => sum + width + gap.length, 0) > mostColumns
  return isWide ? columns((text) => Math.max(...text.split(' ').map((word) => word.length))) : wide
}

/** The head in as many lines as the widths of the columns need. The last line has a word in every column. */
function headLines(head: Row, columns: readonly Column[]): string[] {
  const cells = head.map(({ text }, i) => folded(text, columns[i]?.width ?? text.length))
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    lineOf(
      cells.map((lines) => ({ text: lines[line - height + lines.length] ?? '' })),
      columns,
    ),
  )
}

function folded(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines.splice(-1, 1, `${last} ${word}`)
    else lines.push(word)
  }
  return lines
}

function lineOf(row: Row, columns: readonly Column[]): string {
  return row
    .map((cell, i) => {
      const { width = 0, isOfNumbers = false } = columns[i] ?? {}
      const padded = isOfNumbers ? cell.text.padStart(width) : cell.text.padEnd(width)
      return coloured(cell, padded) + (cell.curve === undefined ? '' : `  ${pc.cyan(sparkline(cell.curve))}`)
    })
    .join(gap)
    .trimEnd()
}

function addresses(row: Row): string[] {
  return row.flatMap(({ text, href }) => (href === undefined ? [] : [`  ${pc.dim(`${text}:`)} ${href}`]))
}

const bars = '▁▂▃▄▅▆▇█'

/**
 * Values over time as one line of bars, lowest to highest; a flat line stays low and flat.
 * @param width at most so many bars; longer curves are averaged
 */
export function sparkline(values: readonly number[], width = 24): string {
  const points = values.length <= width ? values : averaged(values, width)
  const lowest = Math.min(...points)
  const span = Math.max(...points) - lowest
  return points
    .map((value) => bars[span === 0 ? 0 : Math.round(((value - lowest) / span) * (bars.length - 1))])
    .join('')
}

function averaged(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    )
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
