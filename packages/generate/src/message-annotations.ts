import { inUnit, type Kpi, names, type ThresholdSeverity } from '@mnemoscope/kpi'
import { humanized, literally } from './annotations.js'

/** Annotations of alerts of thresholds that messages are made of; Alertmanager's templates know nothing else. */
export const messageAnnotation = {
  /** The value in the KPI's unit: `0.31`, `7.2s`. */
  value: 'shown_value',
  /** The threshold in the KPI's unit: `0.70`. */
  limit: 'shown_threshold',
  /** Text that sorts alerts of one KPI and level: the worst value is the largest. */
  order: 'order',
  /** How many operations the value is of. */
  operations: 'shown_operations',
  /** The worst value since the alert began. */
  worst: 'shown_worst',
} as const

/** How far back the operations of a message are counted. */
const counted = '10m'

/** What a message says of one breach, filled in by Prometheus. */
export function messageAnnotations(
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
): Record<string, string> {
  return {
    [messageAnnotation.value]: kpi.unit === '1' ? '{{ printf "%.3g" $value }}' : humanized(kpi.unit),
    [messageAnnotation.limit]: literally(limitText(threshold, kpi.unit)),
    [messageAnnotation.order]: order(kpi),
    ...(kpi.instrument === 'gauge' ? {} : { [messageAnnotation.operations]: operationsText(kpi, severity) }),
  }
}

/** Shares have two decimals: `0.70`. */
function limitText(threshold: number, unit: string): string {
  const short = threshold.toFixed(2)
  return unit === '1' && Number(short) === threshold ? short : inUnit(threshold, unit)
}

/** Where low is bad, each digit becomes a letter that sorts the other way round. */
function order({ direction }: Kpi): string {
  const digits = direction === 'higher_is_better' ? [...'jihgfedcba'] : []
  const swapped = digits.map((letter, digit) => ` | reReplaceAll "${digit}" "${letter}"`).join('')
  return `{{ printf "%025.9f" $value${swapped} }}`
}

function operationsText(kpi: Kpi, severity: ThresholdSeverity): string {
  const { added, beyond } = names.judgeSeries
  const all = `${sumText(added(kpi, 'count'))}{{ . | first | value | humanize }} operations in 10 min`
  const isShare = /^p\d+$/.test(kpi.statistic)
  const some = isShare
    ? `${sumText(beyond(kpi), severity)}, {{ . | first | value | humanize }} of them at or beyond it{{ end }}`
    : ''
  return `${all}${some}{{ end }}`
}

/** The beginning of a block about a sum over the counted time, at the alert's place. */
function sumText(series: string, severity?: ThresholdSeverity): string {
  const labels = names.seriesLabels.map((name) => `${name}=%q`)
  if (severity !== undefined) labels.push(`${names.label.severity}='${severity}'`)
  const values = names.seriesLabels.map((name) => `$labels.${name}`).join(' ')
  return `{{ with printf "sum_over_time(${series}{${labels.join(',')}}[${counted}])" ${values} | query }}`
}
