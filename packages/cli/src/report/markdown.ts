import { escapeMarkdown, type ReportCell, type ReportSection } from '@mnemoscope/kpi'
import { printableLine } from '../terminal.js'
import type { Report } from './report.js'

/** The report as GitHub-flavoured Markdown. */
export function reportMarkdown({ heading, sections }: Pick<Report, 'heading' | 'sections'>): string {
  return [`# Mnemoscope report`, heading, ...sections.map(sectionMarkdown), ''].join('\n\n')
}

function sectionMarkdown({ title, rows, note }: ReportSection): string {
  const [head, ...body] = rows
  const table =
    head === undefined ? [] : [line(head), line(head.map(() => ({ text: '---' }))), ...body.map(line)]
  return [`## ${escapeMarkdown(title)}`, table.join('\n'), escapeMarkdown(note?.text ?? '')]
    .filter((part) => part !== '')
    .join('\n\n')
}

function line(row: readonly ReportCell[]): string {
  return `| ${row.map(cellMarkdown).join(' | ')} |`
}

function cellMarkdown({ text, href }: ReportCell): string {
  const shown = escapeMarkdown(text)
  // These characters would end the address or the cell.
  return href === undefined ? shown : `[${shown}](<${href.replaceAll(/[<>|\s]/g, encodeURIComponent)}>)`
}

/**
 * A text as code: there a name is only text, for the forge that shows it too, which would tell `@people` and link to `#1` and to
 * addresses. Outside of tables, where a bar ends even code.
 */
export function codeMarkdown(text: string): string {
  const line = printableLine(text)
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  // A space at both ends is taken away again.
  const edge = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${fence}${edge}${line}${edge}${fence}`
}
