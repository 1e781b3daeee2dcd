import type { ReportSection } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { printable, printableLine } from '../terminal.js'
import type { Report } from './report.js'
import { coloured, tableLines } from './table-lines.js'

/** The report for a terminal: coloured where it is one, with curves as sparklines. */
export function reportText({ heading, sections }: Report): string {
  return [`${pc.bold('Mnemoscope')}  ${pc.dim(heading)}`, ...sections.map(sectionText), ''].join('\n\n')
}

function sectionText({ title, rows, note }: ReportSection): string {
  const lines = [...tableLines(rows), ...(note === undefined ? [] : [coloured(note, printable(note.text))])]
  return [pc.bold(printableLine(title)), ...lines.map((line) => `  ${line}`)].join('\n')
}
