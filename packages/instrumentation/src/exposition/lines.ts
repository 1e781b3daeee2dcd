import type { CounterAccumulator } from '../accumulate/counter.js'
import type { ReadValue } from '../accumulate/gauge.js'
import type { Exemplar, HistogramAccumulator } from '../accumulate/histogram.js'
import type { Accumulator, Family } from '../accumulate/metric.js'
import type { LabelSet } from '../accumulate/series.js'
import { formatNumber, type TextBlock } from './text-block.js'

/** Formats of the exposition. */
export type ExpositionFormat = 'text' | 'openmetrics'

/** The fixed text of a family: its header, and the text around the labels of each line. */
export interface FamilyText {
  readonly header: string
  /** For each line of a series the text before the labels, and the text between labels and number. */
  readonly lines: readonly { readonly start: string; readonly end: string }[]
  /** Whether the last line of a histogram is its sum. */
  readonly hasSum: boolean
  /** Start of the line with the creation time, in OpenMetrics; undefined for gauges and in plain text. */
  readonly created: string | undefined
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export function familyText(family: Family, format: ExpositionFormat): FamilyText {
  const { prometheusName: name, instrument, boundaries, hasSum } = family
  // OpenMetrics names a counter's family without the suffix of its series.
  const base = instrument === 'counter' ? name.replace(/_total$/, '') : name
  const header = headerOf(family, format === 'openmetrics' ? base : name, format)
  const created = format === 'openmetrics' && instrument !== 'gauge' ? `${base}_created{` : undefined
  if (instrument !== 'histogram')
    return { header, lines: [{ start: `${name}{`, end: '} ' }], hasSum: false, created }
  const buckets = [...boundaries.map(formatNumber), '+Inf'].map((bound) => ({
    start: `${name}_bucket{`,
    end: `,le="${bound}"} `,
  }))
  const count = { start: `${name}_count{`, end: '} ' }
  // The sum comes last: its length changes most often, and all text after it has to move.
  const sum = hasSum ? [{ start: `${name}_sum{`, end: '} ' }] : []
  return { header, lines: [...buckets, count, ...sum], hasSum, created }
}

function headerOf({ description, instrument, unit }: Family, name: string, format: ExpositionFormat): string {
  const help = description.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  const lines = [`# HELP ${name} ${format === 'openmetrics' ? help.replaceAll('"', '\\"') : help}`]
  lines.push(`# TYPE ${name} ${instrument}`)
  const word = unit === 's' ? 'seconds' : unit === 'By' ? 'bytes' : undefined
  if (format === 'openmetrics' && word !== undefined && name.endsWith(`_${word}`)) {
    lines.push(`# UNIT ${name} ${word}`)
  }
  return `${lines.join('\n')}\n`
}

/** The fixed text of the lines of one series. */
interface FixedText {
  /** The text before each number; never empty. */
  readonly prefixes: readonly string[]
  /** The text after the last line. */
  readonly tail: string
}

/** How the series of one family become lines. */
export interface SeriesLines {
  readonly text: FamilyText
  /** A number that changes when the lines have to change; NaN while there is nothing to show. Read once in each scrape. */
  readonly state: (accumulator: Accumulator) => number
  readonly fixed: (accumulator: Accumulator) => FixedText
  /** Writes the numbers of a series in this state into a block, starting at a line. */
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
      if (accumulator.kind === 'histogram')
        writeHistogram(block, line, accumulator, state, exemplars, text.hasSum)
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
  hasSum: boolean,
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
  if (hasSum) block.set(line + bucketCount + 1, accumulator.sum())
}

function fixedOf(accumulator: Accumulator, text: FamilyText): FixedText {
  const { labels, createdAt } = accumulator.series
  return {
    prefixes: text.lines.map((line) => prefix(line, labels)),
    tail: createdLine(text, labels, createdAt),
  }
}

function fixedOfCounter(accumulator: CounterAccumulator, text: FamilyText): FixedText {
  const [line] = text.lines as [FamilyText['lines'][number]]
  const labelSets = accumulator.labelSets()
  // Each series is followed by its creation time: OpenMetrics does not allow series to interleave.
  const created = labelSets.map((labels) => createdLine(text, labels, accumulator.series.createdAt))
  return {
    prefixes: labelSets.map((labels, i) => (created[i - 1] ?? '') + prefix(line, labels)),
    tail: created.at(-1) ?? '',
  }
}

function prefix({ start, end }: FamilyText['lines'][number], labels: LabelSet): string {
  return start + labels.text + end
}

function createdLine({ created }: FamilyText, labels: LabelSet, createdAt: number): string {
  return created === undefined ? '' : `${created}${labels.text}} ${createdAt / 1_000}\n`
}

/** The end of a bucket's line: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars */
function exemplarText({ value, traceId, spanId, at }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${value} ${at / 1_000}`
}
