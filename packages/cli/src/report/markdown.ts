import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { Report } from './report.js'

/** The report as GitHub-flavoured Markdown. */
export function reportMarkdown({ heading, sections }: Report): string {
  return [`# Mnemoscope report`, heading, ...sections.map(sectionMarkdown), ''].join('\n\n')
}

function sectionMarkdown({ title, rows, note }: ReportSection): string {
  const [head, ...body] = rows
  const table =
    head === undefined ? [] : [line(head), line(head.map(() => ({ text: '---' }))), ...body.map(line)]
  return [`## ${title}`, table.join('\n'), note?.text ?? ''].filter((part) => part !== '').join('\n\n')
}

function line(row: readonly ReportCell[]): string {
  return `| ${row.map(cellMarkdown).join(' | ')} |`
}

function cellMarkdown({ text, href }: ReportCell): string {
  const shown = text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  // What would end the address, or the cell.
  return href === undefined ? shown : `[${shown}](<${href.replaceAll(/[<>|\s]/g, encodeURIComponent)}>)`
}
