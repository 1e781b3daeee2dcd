import type { ReportCell, ReportSection, ReportTone } from '@mnemoscope/kpi'
import pc from 'picocolors'
import type { Report } from './report.js'
import { sparkline } from './sparkline.js'

const colours: Record<ReportTone, (text: string) => string> = {
  good: pc.green,
  warning: pc.yellow,
  bad: pc.red,
}

/** The report for a terminal: coloured where it is one, with curves as sparklines. */
export function reportText({ heading, sections }: Report): string {
  return [`${pc.bold('Mnemoscope')}  ${pc.dim(heading)}`, ...sections.map(sectionText), ''].join('\n\n')
}

function sectionText({ title, rows, note }: ReportSection): string {
  const lines = [...tableLines(rows), ...(note === undefined ? [] : [coloured(note, note.text)])]
  return [pc.bold(title), ...lines.map((line) => `  ${line}`)].join('\n')
}

/**
 * Columns of numbers to the right, of words to the left; coloured after padding, as colours have no width. Addresses
 * are too long for a column: each has a line of its own below its row.
 */
function tableLines(rows: readonly (readonly ReportCell[])[]): string[] {
  const [fullHead = [], ...fullBody] = rows
  const isColumn = fullHead.map((_, i) => fullBody.every((row) => row[i]?.href === undefined))
  const inColumns = (row: readonly ReportCell[]) => row.filter((_, i) => isColumn[i] ?? true)
  const [head, body] = [inColumns(fullHead), fullBody.map(inColumns)]
  const columns = head.map(({ text }, i) => ({
    width: Math.max(text.length, ...body.map((row) => row[i]?.text.length ?? 0)),
    numbers: i > 0 && body.every((row) => /^[\d−-]|^unknown$/.test(row[i]?.text ?? '')),
  }))
  const line = (row: readonly ReportCell[]) =>
    row
      .map((cell, i) => {
        const { width = 0, numbers = false } = columns[i] ?? {}
        const padded = numbers ? cell.text.padStart(width) : cell.text.padEnd(width)
        return (
          coloured(cell, padded) + (cell.curve === undefined ? '' : `  ${pc.cyan(sparkline(cell.curve))}`)
        )
      })
      .join('   ')
      .trimEnd()
  const addresses = (row: readonly ReportCell[]) =>
    row.flatMap(({ text, href }) => (href === undefined ? [] : [`  ${pc.dim(`${text}:`)} ${href}`]))
  if (rows.length === 0) return []
  return [
    pc.dim(line(head)),
    ...fullBody.flatMap((row, i) => [line(body[i] as readonly ReportCell[]), ...addresses(row)]),
  ]
}

function coloured({ tone }: ReportCell, text: string): string {
  return tone === undefined ? text : colours[tone](text)
}
