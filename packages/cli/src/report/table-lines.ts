import type { ReportCell, ReportTone } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { printableLine } from '../terminal.js'
import { sparkline } from './sparkline.js'

const colours: Record<ReportTone, (text: string) => string> = {
  good: pc.green,
  warning: pc.yellow,
  bad: pc.red,
}

type Row = readonly ReportCell[]

interface Column {
  readonly width: number
  /** Numbers stand to the right, words to the left. */
  readonly isOfNumbers: boolean
}

const gap = '   '
/** Tables wider than this have their heads in several lines. */
const mostColumns = 116

/**
 * A table as lines. Cells are coloured after padding, as colours have no width. Addresses are too long for a column:
 * each has a line of its own below its row.
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

/** A text in the colour of how it is meant. */
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

/** The head, its words put into as many lines as the columns' widths ask for; the last line is full. */
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
