import type { Accumulator } from '../accumulator/accumulator.js'
import type { CounterAccumulator } from '../accumulator/counter.js'
import type { ReadValue } from '../accumulator/gauge.js'
import type { HistogramAccumulator } from '../accumulator/histogram.js'
import type { LabelSet } from '../metric/label-set.js'
import { type Exemplar, exemplarText } from './exemplars.js'
import type { ExpositionFormat, FamilyText } from './family-text.js'
import { type Lines, linesOf } from './lines.js'
import { TextBlock } from './text-block.js'

/** The text of one series as it was at the last scrape, kept with its accumulator. */
export interface SeriesBlocks {
  readonly format: ExpositionFormat
  readonly measured: TextBlock
  readonly latest: TextBlock | undefined
  /** Measurements that `measured` shows; -1 before the first rendering. */
  count: number
}

/** Blocks for an accumulator, numbers still 0. */
export function seriesBlocks(
  accumulator: Accumulator,
  format: ExpositionFormat,
  measured: FamilyText,
  latest: FamilyText | undefined,
): SeriesBlocks {
  const { labels, born } = accumulator.series
  return {
    format,
    measured: new TextBlock(...prefixesOf(accumulator, measured, born)),
    latest: latest && new TextBlock(latest.lines.map((line) => prefix(line, labels))),
    count: -1,
  }
}

/** Brings the lines of the measurements up to date; false while there is nothing to show. */
export function updateMeasured(
  blocks: SeriesBlocks,
  accumulator: Accumulator,
  fallback: ReadValue | undefined,
): boolean {
  if (accumulator.kind === 'gauge') {
    const value = accumulator.current(fallback)
    if (value !== undefined) blocks.measured.set(0, value)
    return value !== undefined
  }
  const count = accumulator.count()
  if (count === blocks.count) return true
  blocks.count = count
  if (accumulator.kind === 'histogram') writeHistogram(blocks.measured, accumulator, count)
  else
    for (let i = 0; i < accumulator.counted.outcomes.length; i++)
      blocks.measured.set(i, accumulator.outcome(i))
  return true
}

/** Brings the line of the latest value up to date; false while it is unknown. */
export function updateLatest(block: TextBlock, accumulator: Accumulator): boolean {
  const value = accumulator.kind === 'gauge' ? undefined : accumulator.latest()
  if (value !== undefined) block.set(0, value)
  return value !== undefined
}

function writeHistogram(block: TextBlock, accumulator: HistogramAccumulator, count: number): void {
  const { bucketCount } = accumulator
  let cumulative = 0
  for (let i = 0; i < bucketCount; i++) {
    cumulative += accumulator.bucket(i)
    block.set(i, cumulative)
  }
  block.set(bucketCount, count)
  block.set(bucketCount + 1, accumulator.sum())
}

/** The lines of a histogram with exemplars, which change with every one of them and are not worth keeping. */
export function linesWithExemplars(
  accumulator: HistogramAccumulator,
  exemplars: readonly (Exemplar | undefined)[],
  text: FamilyText,
): Lines {
  const { bucketCount, series } = accumulator
  let cumulative = 0
  const lines = text.lines.map((line, i) => {
    if (i < bucketCount) cumulative += accumulator.bucket(i)
    const value = i === bucketCount + 1 ? accumulator.sum() : cumulative
    const exemplar = exemplars[i]
    return `${prefix(line, series.labels)}${value}${exemplar === undefined ? '' : exemplarText(exemplar)}\n`
  })
  return linesOf(lines.join('') + createdLine(text, series.labels, series.born))
}

/** What stands before each number, and the lines after the last one. */
function prefixesOf(accumulator: Accumulator, text: FamilyText, born: number): [string[], string] {
  if (accumulator.kind === 'counter') return counterPrefixes(accumulator, text, born)
  const { labels } = accumulator.series
  return [text.lines.map((line) => prefix(line, labels)), createdLine(text, labels, born)]
}

function counterPrefixes(
  accumulator: CounterAccumulator,
  text: FamilyText,
  born: number,
): [string[], string] {
  const [line] = text.lines as [FamilyText['lines'][number]]
  const labelSets = accumulator.labelSets()
  // Each series is followed by its own creation time: OpenMetrics forbids series to interleave.
  const created = labelSets.map((labels) => createdLine(text, labels, born))
  return [labelSets.map((labels, i) => (created[i - 1] ?? '') + prefix(line, labels)), created.at(-1) ?? '']
}

function prefix({ start, end }: FamilyText['lines'][number], labels: LabelSet): string {
  return start + labels.text + end
}

function createdLine({ created }: FamilyText, labels: LabelSet, born: number): string {
  return created === undefined ? '' : `${created}${labels.text}} ${born / 1_000}\n`
}
