import { type Finding, type FindingName, findingNames, type StoreHealth } from '@mnemoscope/evaluation'
import type { ReportCell, ReportSection } from '@mnemoscope/kpi'

/** What was found in a store, as tables: the counts, then the examples of each finding. */
export function auditSections(health: StoreHealth): ReportSection[] {
  const found = findingNames.map((name) => [name, health.findings[name]] as const)
  const counts = {
    title: 'What was found',
    rows: [
      cells(['finding', 'entries', 'share']),
      ...found.map(([name, finding]) => countRow(name, finding)),
    ],
    note: { text: notesOf(health).join('\n  ') },
  }
  const examples = found.flatMap(([name, finding]) =>
    finding === null || finding.examples.length === 0 ? [] : [exampleSection(name, finding)],
  )
  return [counts, ...examples]
}

function countRow(name: FindingName, finding: Finding | null): ReportCell[] {
  const title = { text: wordsOf(name) }
  if (finding === null) return [title, { text: 'unknown' }, { text: '' }]
  const { count, of } = finding
  const share = { text: `${((100 * count) / of).toFixed(2)} % of ${numberText(of)}` }
  return [title, { text: numberText(count) }, share]
}

function exampleSection(name: FindingName, { examples, count }: Finding): ReportSection {
  const hasScopes = examples.some(({ scope }) => scope !== undefined)
  const hasTexts = examples.some(({ text }) => text !== undefined)
  const head = ['id', ...(hasScopes ? ['scope'] : []), 'why', ...(hasTexts ? ['text'] : [])]
  const rows = examples.map(({ id, scope = '', reason, text = '' }) =>
    cells([id, ...(hasScopes ? [scope] : []), reason, ...(hasTexts ? [text] : [])]),
  )
  const title = `${capital(wordsOf(name))}, ${examples.length} of ${numberText(count)}`
  return { title, rows: [cells(head), ...rows] }
}

function notesOf(health: StoreHealth): string[] {
  const { addedPerDay, daysSinceLastUse, invalid, invalidTimes, forgotten, failures } = health
  const day = (days: number) => `${days.toFixed(days < 10 ? 1 : 0)} days`
  const lastUse =
    daysSinceLastUse === null
      ? 'unknown'
      : `${day(daysSinceLastUse.median)} (median), ${day(daysSinceLastUse.p95)} (p95)`
  const odd = [
    [invalid, 'Left out, without an id or a text'],
    [invalidTimes, 'With a time that is none, which counts as unknown'],
    [forgotten, 'Texts that were forgotten, so that copies of them went unnoticed'],
    [failures, 'Errors that did not end the reading'],
  ] as const
  return [
    `Added in the last 24 hours: ${addedPerDay === null ? 'unknown' : numberText(addedPerDay)}`,
    `Since the last use: ${lastUse}`,
    ...odd.flatMap(([count, what]) => (count === 0 ? [] : [`${what}: ${numberText(count)}`])),
  ]
}

/** A finding and the most that passes: a share of the entries, of secrets a number of them. */
export interface Limit {
  readonly finding: FindingName
  readonly most: number
}

/** Why a store does not pass, for people; empty if it does. A finding that is unknown does not pass. */
export function excessesOf({ findings }: StoreHealth, limits: readonly Limit[]): string[] {
  return limits.flatMap(({ finding: name, most }) => {
    const finding = findings[name]
    if (finding === null) return [`${name} is unknown, expected at most ${most}`]
    const value = name === 'entries_with_secrets' ? finding.count : finding.count / finding.of
    return value > most ? [`${name} is ${Number(value.toFixed(4))}, expected at most ${most}`] : []
  })
}

const cells = (texts: readonly string[]): ReportCell[] => texts.map((text) => ({ text }))
const numberText = (value: number) => value.toLocaleString('en-US')
const wordsOf = (name: string) => name.replaceAll('_', ' ')
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
