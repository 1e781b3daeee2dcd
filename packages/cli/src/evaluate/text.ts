import type { Estimate } from '@mnemoscope/evaluation'
import type { ReportCell, ReportSection } from '@mnemoscope/kpi'
import type { MeasureChange } from './compare-runs.js'
import type { Result } from './results-file.js'

/** The results of a run as tables: the measures of each category, and how they changed. */
export function evaluationSections(
  all: readonly Result[],
  before: readonly Result[],
  changes: readonly MeasureChange[],
): ReportSection[] {
  // A single category has what all have.
  const results = all.length === 2 ? all.slice(0, 1) : all
  const measures = [...new Set(results.flatMap((result) => Object.keys(result.measures)))]
  const head = (names: readonly string[]) => [{ text: 'category' }, ...names.map((text) => ({ text }))]
  const values = {
    title: 'Measures, with their 95 % intervals',
    rows: [
      head(['questions', ...measures]),
      ...results.map((result) => [
        { text: result.category ?? 'all' },
        { text: questionsText(result) },
        ...measures.map((measure) => ({ text: estimateText(result.measures[measure]) })),
      ]),
    ],
  }
  const [last] = before
  if (last === undefined) return [values]
  const changed = measures.filter((measure) => changes.some((change) => change.measure === measure))
  const title = `Change since ${last.time.slice(0, 16).replace('T', ' ')} UTC (${last.memory})`
  const note = { text: '"better" and "worse" are more than chance.' }
  const rows = results.map(({ category }) => [
    { text: category ?? 'all' },
    ...changed.map((measure) =>
      changeCell(changes.find((change) => change.category === category && change.measure === measure)),
    ),
  ])
  return [values, { title, rows: [head(changed), ...rows], note }]
}

function questionsText({ questions, failed, unlabelled }: Result): string {
  const odd = [
    [failed, 'failed'],
    [unlabelled, 'without evidence'],
  ] as const
  const texts = odd.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
  return `${questions}${texts.length === 0 ? '' : ` (${texts.join(', ')})`}`
}

function estimateText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return ''
  const [mean, low, high] = [estimate.mean.toFixed(3), estimate.low.toFixed(2), estimate.high.toFixed(2)]
  return `${mean} (${low}–${high})`
}

function changeCell(change: MeasureChange | undefined): ReportCell {
  if (change === undefined) return { text: '' }
  const { by, isCertain } = change
  const text = `${by < 0 ? '−' : '+'}${Math.abs(by).toFixed(3)}`
  if (!isCertain) return { text }
  return by < 0 ? { text: `${text} worse`, tone: 'bad' } : { text: `${text} better`, tone: 'good' }
}
