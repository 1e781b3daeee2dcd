import {
  type Config,
  durationSeconds,
  inUnit,
  type Kpi,
  names,
  type ThresholdSeverity,
} from '@mnemoscope/kpi'
import { humanized, literally, numberText } from './annotations.js'
import { contextSizeWords } from './context-size-words.js'
import { messageLabelsOfKpi } from './message-group.js'
import { operationsText } from './message-operations.js'
import { worstOf } from './recording/breach-course.js'

/** Annotations of alerts of thresholds that messages are made of; Alertmanager's templates know nothing else. */
export const messageAnnotation = {
  /** The value in the KPI's unit: `0.31`, `7.2s`. */
  value: 'shown_value',
  /** The threshold in the KPI's unit: `0.70`. */
  limit: 'shown_threshold',
  /** Text that sorts alerts of one KPI and level: the worst value is the largest. */
  order: 'order',
  /** How many operations were counted last, and how many of them were bad. */
  operations: 'shown_operations',
  /** The worst value of the breach, at any of its places, in the KPI's unit. */
  worst: 'shown_worst',
  /** Where that was: `gpt-4o (search, 128k)`. */
  worstPlace: 'shown_worst_place',
  /** How many places the breach has had. */
  places: 'shown_places',
  /** When the breach began, `29 Nov 12:03:30`, in UTC. */
  since: 'shown_since',
  /** How long it has lasted if it ends with the next evaluation: `2m 30s`. */
  lasted: 'shown_lasted',
  /** Why the alert ends with the next evaluation without being better: `no operations for 75 min`. Else empty. */
  quiet: 'shown_quiet',
  /** What people changed last, within six hours: `deployment of demo 2.1 by ci, 29 Nov 12:01 UTC`. */
  change: 'last_change',
} as const

/** What a message says of one breach, filled in by Prometheus. */
export function messageAnnotations(
  config: Config,
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
): Record<string, string> {
  return {
    [messageAnnotation.value]: valueText(kpi),
    [messageAnnotation.limit]: literally(limitText(threshold, kpi.unit)),
    [messageAnnotation.order]: order(kpi),
    ...(kpi.instrument === 'gauge'
      ? {}
      : { [messageAnnotation.operations]: operationsText(config, kpi, severity, threshold) }),
    ...courseAnnotations(config, kpi),
    [messageAnnotation.quiet]: quietText(config, kpi),
    [messageAnnotation.change]: changeText,
  }
}

/** An alert's value as messages show it. */
function valueText(kpi: Kpi): string {
  return kpi.unit === '1' ? numberText('%.3g', kpi.range) : humanized(kpi)
}

/**
 * What is known of the breach that the message is about. An alert keeps what its last evaluation said, so the last one
 * that ends knows the breach as a whole.
 */
function courseAnnotations(config: Config, kpi: Kpi): Record<string, string> {
  const labels = messageLabelsOfKpi(config)
  const { worst, breachedSince } = names.judgeSeries
  const best = worstOf(kpi) === 'min' ? 'bottomk' : 'topk'
  const isWorse = worstOf(kpi) === 'min' ? 'lt' : 'gt'
  // What was recorded is of the evaluation before: this one may be worse.
  const found =
    `{{ $worst := $value }}{{ $at := $labels }}${asked(`${best}(1, ${selected(worst(kpi), labels)})`, labels)}` +
    `{{ if not (${isWorse} $value (. | first | value)) }}{{ $worst = . | first | value }}{{ $at = (. | first).Labels }}{{ end }}{{ end }}`
  const sizes = config.contextSizes
    .map((size) => ` | reReplaceAll "^${size}$" "${contextSizeWords(size)}"`)
    .join('')
  const larger = ` | reReplaceAll "^\\\\+Inf$" "over ${contextSizeWords(config.contextSizes.at(-1) as number)}"`
  const since = asked(selected(breachedSince(kpi, labels), labels), labels)
  // Ends come one evaluation after what was firing last.
  const rest = durationSeconds(config.alertCheckInterval) + keptFor(config, kpi)
  return {
    [messageAnnotation.worst]: `${found}${valueText(kpi).replaceAll('$value', '$worst')}`,
    [messageAnnotation.worstPlace]:
      `${found}{{ $at.${names.label.model} }} ({{ with $at.${names.label.operation} }}{{ . }}, {{ end }}` +
      `{{ $at.${names.label.contextSize}${sizes}${larger} }})`,
    // The alert's own place may be new at this evaluation.
    [messageAnnotation.places]: `${asked(`count(${selected(worst(kpi), labels)} or ${selected(names.recordedSeries.current(kpi), names.seriesLabels)})`, [...labels, ...names.seriesLabels])}{{ . | first | value }}{{ else }}1{{ end }}`,
    [messageAnnotation.since]: `${since}{{ (. | first | value | toTime).UTC.Format "2 Jan 15:04:05" }}{{ end }}`,
    [messageAnnotation.lasted]: `${asked(`time() + ${rest} - ${selected(breachedSince(kpi, labels), labels)}`, labels)}{{ . | first | value | humanizeDuration }}{{ end }}`,
  }
}

/**
 * That the place's value is about to be unknown. An alert says nothing after its last evaluation, so the one before its
 * value expires must say it; half an interval more, because evaluations are not exactly on time.
 */
function quietText({ alertCheckInterval }: Config, kpi: Kpi): string {
  const place = names.seriesLabels
  const current = names.recordedSeries.current(kpi)
  if (kpi.instrument === 'gauge') {
    const gone = `${selected(current, place)} unless on (${place.join(', ')}) ${selected(names.metricName(kpi), place)}`
    return `${asked(gone, [...place, ...place])}${quietWords(kpi)}{{ end }}`
  }
  const soon = 1.5 * durationSeconds(alertCheckInterval)
  const idle = `time() - ${selected(names.judgeSeries.lastOperation(kpi), place)} > ${durationSeconds(kpi.expiry) - soon}`
  return `${asked(idle, place)}${quietWords(kpi)}{{ end }}`
}

/** What is missing where a value is unknown: `no operations for 75 min`. */
export function quietWords({ instrument, expiry }: Pick<Kpi, 'instrument' | 'expiry'>): string {
  return instrument === 'gauge' ? 'no readings' : `no operations for ${inWords(expiry)}`
}

/** A duration of the configuration as messages write it: `75 min`. */
function inWords(duration: string): string {
  return duration
    .replaceAll(/(\d+)([a-z]+)/g, (_, count, unit) => `${count} ${unit === 'm' ? 'min' : unit} `)
    .trim()
}

const newest = names.recorderMetric.newestChange

/** The newer one of the service's newest deployment and the newest change of the configuration. */
const changeText =
  `{{ with printf "topk(1, ${newest}{service=%q} or ${newest}{service=''})" $labels.${names.label.job} | query }}` +
  `{{ $change := . | first }}{{ $change.Labels.what }}{{ with $change.Labels.by }} by {{ . }}{{ end }}, ` +
  `{{ ($change | value | toTime).UTC.Format "2 Jan 15:04" }} UTC{{ end }}`

/** How long an alert goes on after its condition. */
function keptFor({ alertCheckInterval }: Config, { keepFiringFor }: Kpi): number {
  const interval = durationSeconds(alertCheckInterval)
  return Math.ceil(durationSeconds(keepFiringFor) / interval) * interval
}

/** Series of the alert's message; `asked` fills in the values. */
function selected(series: string, labels: readonly string[]): string {
  return `${series}{${labels.map((name) => `${name}=%q`).join(',')}}`
}

/** The beginning of a block about what a query answers. */
function asked(query: string, labels: readonly string[]): string {
  const values = labels.map((name) => `$labels.${name}`).join(' ')
  return `{{ with printf "${query}" ${values} | query }}`
}

/** Shares have two decimals: `0.70`. A number without a unit that is no share has none: `2,000`. */
export function limitText(threshold: number, unit: string): string {
  const short = threshold.toFixed(2)
  if (unit !== '1') return inUnit(threshold, unit)
  if (Math.abs(threshold) <= 1 && Number(short) === threshold) return short
  return threshold.toLocaleString('en-US', { maximumFractionDigits: 6 })
}

/** Where low is bad, each digit becomes a letter that sorts the other way round. */
function order({ direction }: Kpi): string {
  const digits = direction === 'higher_is_better' ? [...'jihgfedcba'] : []
  const swapped = digits.map((letter, digit) => ` | reReplaceAll "${digit}" "${letter}"`).join('')
  return `{{ printf "%025.9f" $value${swapped} }}`
}
