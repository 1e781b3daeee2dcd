import pc from 'picocolors'
import { printable } from '../terminal.js'
import { type Finding, subjects } from './finding.js'

/** What people read: what is wrong in order, each with its fix; then what is not known, and the result. */
export function findingsText(findings: readonly Finding[]): string {
  const mistakes = findings.filter(({ isWrong }) => isWrong)
  const unknowns = findings.filter(({ isWrong }) => !isWrong)
  const fine = subjects.filter((subject) => findings.every((finding) => finding.subject !== subject))
  const isComplete = findings.every(({ subject }) => subject !== 'servers')
  return [
    ...mistakes.map(
      ({ subject, text, fix }, i) =>
        `${pc.red(`${i + 1}. ${subject}:`)} ${printable(text)}\n   ${pc.bold('Fix:')} ${printable(fix)}\n`,
    ),
    ...unknowns.map(
      ({ subject, text, fix }) => `${pc.yellow(`${subject}:`)} ${printable(text)} ${printable(fix)}\n`,
    ),
    ...(!isComplete
      ? ['What only these servers could say is not known.\n']
      : fine.length === 0
        ? []
        : [`${pc.green('All is well with')} ${fine.join(', ')}.\n`]),
    mistakes.length === 0
      ? 'Nothing is wrong.\n'
      : `${mistakes.length} to fix; the first one may explain others.\n`,
  ].join('')
}
