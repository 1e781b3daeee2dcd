import type { Family } from '../metric/family.js'
import { formatNumber } from './text-block.js'

/** Formats a scraper can ask for. */
export type ExpositionFormat = 'text' | 'openmetrics'

/** The lines of a family that do not change: its header, and the pieces between which each series puts its labels. */
export interface FamilyText {
  readonly header: string
  /** Starts of the lines of one series, up to the labels, and their ends from the labels to the number. */
  readonly lines: readonly { readonly start: string; readonly end: string }[]
  /** Start of the line with the time the series was created, in OpenMetrics; undefined for gauges and in plain text. */
  readonly created: string | undefined
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export function familyText(family: Family, format: ExpositionFormat): FamilyText {
  const { prometheusName: name, instrument, boundaries } = family
  // OpenMetrics names a counter's family without the suffix of its series.
  const base = instrument === 'counter' ? name.replace(/_total$/, '') : name
  const header = headerOf(family, format === 'openmetrics' ? base : name, format)
  const created = format === 'openmetrics' && instrument !== 'gauge' ? `${base}_created{` : undefined
  if (instrument !== 'histogram') return { header, lines: [{ start: `${name}{`, end: '} ' }], created }
  const buckets = [...boundaries.map(formatNumber), '+Inf'].map((bound) => ({
    start: `${name}_bucket{`,
    end: `,le="${bound}"} `,
  }))
  const count = { start: `${name}_count{`, end: '} ' }
  const sum = { start: `${name}_sum{`, end: '} ' }
  // The sum last: its length changes most often, and whatever follows has to move.
  return { header, lines: [...buckets, count, sum], created }
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
