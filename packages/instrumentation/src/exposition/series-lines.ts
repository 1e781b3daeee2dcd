import type { Accumulator } from '../accumulator/accumulator.js'
import type { CounterAccumulator } from '../accumulator/counter.js'
import type { ReadValue } from '../accumulator/gauge.js'
import type { HistogramAccumulator } from '../accumulator/histogram.js'
import type { LabelSet } from '../metric/label-set.js'
import { exemplarText } from './exemplars.js'
import type { FamilyText } from './family-text.js'
import { formatNumber, type TextBlock } from './text-block.js'

/** What stays of the lines of one series when its numbers change. */
export interface FixedText {
  /** What stands before each number; none of them is empty. */
  readonly prefixes: readonly string[]
  /** What follows the last line. */
  readonly tail: string
}

/** How each series of one family becomes lines. */
export interface SeriesLines {
  readonly text: FamilyText
  /** A number that differs as soon as the lines have to; NaN while there is nothing to show. Asked once in a scrape. */
  readonly state: (accumulator: Accumulator) => number
  readonly fixed: (accumulator: Accumulator) => FixedText
  /** Writes the numbers of a series in this state into a block, from a line on. */
  readonly write: (block: TextBlock, line: number, accumulator: Accumulator, state: number) => void
}

/** Lines of the measurements. */
export function measuredLines(
  text: FamilyText,
  exemplars: boolean,
  fallback: ReadValue | undefined,
): SeriesLines {
  return {
    text,
    state: (accumulator) =>
      accumulator.kind === 'gauge' ? (accumulator.current(fallback) ?? Number.NaN) : accumulator.count(),
    fixed: (accumulator) =>
      accumulator.kind === 'counter' ? fixedOfCounter(accumulator, text) : fixedOf(accumulator, text),
    write(block, line, accumulator, state) {
      if (accumulator.kind === 'histogram') writeHistogram(block, line, accumulator, state, exemplars)
      else if (accumulator.kind === 'gauge') block.set(line, state)
      else
        for (let i = 0; i < accumulator.counted.outcomes.length; i++)
          block.set(line + i, accumulator.outcome(i))
    },
  }
}

/** Lines of the latest values. */
export function latestLines(text: FamilyText): SeriesLines {
  return {
    text,
    state: (accumulator) =>
      accumulator.kind === 'gauge' ? Number.NaN : (accumulator.latest() ?? Number.NaN),
    fixed: (accumulator) => fixedOf(accumulator, text),
    write: (block, line, _, state) => block.set(line, state),
  }
}

function writeHistogram(
  block: TextBlock,
  line: number,
  accumulator: HistogramAccumulator,
  count: number,
  exemplars: boolean,
): void {
  const { bucketCount } = accumulator
  const known = exemplars ? accumulator.exemplars : undefined
  let cumulative = 0
  for (let i = 0; i < bucketCount; i++) {
    cumulative += accumulator.bucket(i)
    const exemplar = known?.[i]
    if (exemplar === undefined) block.set(line + i, cumulative)
    else block.setText(line + i, `${formatNumber(cumulative)}${exemplarText(exemplar)}`)
  }
  block.set(line + bucketCount, count)
  block.set(line + bucketCount + 1, accumulator.sum())
}

function fixedOf(accumulator: Accumulator, text: FamilyText): FixedText {
  const { labels, born } = accumulator.series
  return {
    prefixes: text.lines.map((line) => prefix(line, labels)),
    tail: createdLine(text, labels, born),
  }
}

function fixedOfCounter(accumulator: CounterAccumulator, text: FamilyText): FixedText {
  const [line] = text.lines as [FamilyText['lines'][number]]
  const labelSets = accumulator.labelSets()
  // Each series is followed by its own creation time: OpenMetrics forbids series to interleave.
  const created = labelSets.map((labels) => createdLine(text, labels, accumulator.series.born))
  return {
    prefixes: labelSets.map((labels, i) => (created[i - 1] ?? '') + prefix(line, labels)),
    tail: created.at(-1) ?? '',
  }
}

function prefix({ start, end }: FamilyText['lines'][number], labels: LabelSet): string {
  return start + labels.text + end
}

function createdLine({ created }: FamilyText, labels: LabelSet, born: number): string {
  return created === undefined ? '' : `${created}${labels.text}} ${born / 1_000}\n`
}
