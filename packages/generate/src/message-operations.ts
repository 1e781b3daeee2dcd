import {
  boundarySpellings,
  type Config,
  durationSeconds,
  durationText,
  isQuantile,
  type Kpi,
  names,
  type ThresholdSeverity,
  thresholdEdge,
} from '@mnemoscope/kpi'
import { literally } from './annotations.js'
import { reach } from './recording/counting.js'

/** Seconds back from a message in which its operations are counted, in whole evaluations. */
const counted = 600

/** Most instants at which the counters of a message are compared with each other. */
const mostSteps = 120

/**
 * How many operations a message is of, and how many of them were bad: at or beyond the threshold, or of a ratio with an
 * outcome that makes it worse. What is not known is left out.
 */
export function operationsText(
  config: Config,
  kpi: Kpi,
  severity: ThresholdSeverity,
  threshold: number,
): string {
  const window = windowOf(config)
  const added = sumOf(names.judgeSeries.added(kpi, 'count'), window)
  const all =
    '{{ $count := . | first | value | printf "%.0f" }}{{ $count }} operation{{ if ne $count "1" }}s{{ end }} in 10 min'
  const some = `{{ if ne $count "0" }}${badText(kpi, severity, threshold, window)}{{ end }}`
  return `${placeText}{{ with printf "${added}" $place | query }}${all}${some}{{ end }}`
}

/** The variable `$place`: matchers of the alert's place. */
const placeText =
  `{{ $place := printf "${names.seriesLabels.map((name) => `${name}=%q`).join(',')}"` +
  `${names.seriesLabels.map((name) => ` $labels.${name}`).join('')} }}`

/** What is bad about an operation that makes a KPI worse, in words. */
export function badWords({ outcomes, direction }: Pick<Kpi, 'outcomes' | 'direction'>): string {
  if (outcomes === undefined) return 'at or beyond it'
  const { label, counted: counts, others } = outcomes
  return `with ${label} ${(direction === 'higher_is_better' ? others : counts).join(' or ')}`
}

function badText(kpi: Kpi, severity: ThresholdSeverity, threshold: number, window: Window): string {
  const { added, beyond } = names.judgeSeries
  const said =
    '{{ $bad := . | first | value | printf "%.0f" }}' +
    '{{ if ne $count "1" }}{{ $bad }} of them {{ else if eq $bad "0" }}not {{ end }}' +
    literally(badWords(kpi))
  const text = (query: string) => `{{ with printf "${query}" $place | query }}, ${said}{{ end }}`
  if (kpi.outcomes !== undefined) {
    const [all, sum] = [sumOf(added(kpi, 'count'), window), sumOf(added(kpi, 'sum'), window)]
    return text(kpi.direction === 'higher_is_better' ? `${all} - ${sum}` : sum)
  }
  if (!isQuantile(kpi.statistic)) return beyondEdgeText(kpi, threshold, window, said)
  return text(sumOf(beyond(kpi), window, `,${names.label.severity}='${severity}'`))
}

/** The evaluations whose operations are counted. */
interface Window {
  /** From the middle between two of them: whether a range holds what is at its beginning depends on the Prometheus. */
  readonly range: string
  /** The same time in equal steps, each with at most one scrape where that is possible. */
  readonly steps: string
  /** Milliseconds. */
  readonly step: number
  readonly seconds: number
}

function windowOf({ alertCheckInterval, scrapeInterval }: Config): Window {
  const interval = durationSeconds(alertCheckInterval)
  const evaluations = Math.max(1, Math.round(counted / interval))
  const all = Math.round(evaluations * interval * 1_000)
  const divisors = Array.from({ length: mostSteps }, (_, i) => i + 1).filter((count) => all % count === 0)
  const scrape = durationSeconds(scrapeInterval) * 1_000
  const steps = divisors.find((count) => all / count <= scrape) ?? (divisors.at(-1) as number)
  const step = all / steps
  return {
    range: durationText((evaluations - 0.5) * interval),
    steps: `${Math.round((steps - 0.5) * step)}ms:${step}ms`,
    step,
    seconds: all / 1_000,
  }
}

/** A sum over the counted evaluations at `$place`, as an argument of `printf`. */
function sumOf(series: string, { range }: Window, more = ''): string {
  return `sum_over_time(${series}{%[1]s${more}}[${range}])`
}

/**
 * Text about the operations at or beyond a threshold of a mean. No rule records them at each place: they are counted from
 * the buckets of the alert's place while it fires, all reads in one query, so of the same scrapes. Where this finds other
 * operations than the rules did, or no bucket with this edge, nothing is known of them.
 */
function beyondEdgeText(kpi: Kpi, threshold: number, window: Window, said: string): string {
  const { steps, step, seconds } = window
  const metric = names.metricName(kpi)
  const edge = boundarySpellings(thresholdEdge(kpi, threshold)).map((text) =>
    text.replaceAll(/[.+]/g, '[$&]'),
  )
  const variable = (name: string, format: string, ...values: string[]) =>
    `{{ $${name} := printf "${format}" ${values.join(' ')} }}`
  /** Newest samples of the counter of operations, and of the bucket inside the threshold. */
  const counters = (now: string, before: string, ...values: string[]) => {
    const count = (offset: string) => `last_over_time(${metric}_count{%[1]s}[${reach}]${offset})`
    const bucket = (offset: string) =>
      `max without (le) (last_over_time(${metric}_bucket{%[1]s,le=~'${edge.join('|')}'}[${reach}]${offset}))`
    return [
      variable('all', count(now), ...values),
      variable('allBefore', count(before), ...values),
      variable('inside', bucket(now), ...values),
      variable('insideBefore', bucket(before), ...values),
    ].join('')
  }
  const beyond = (inside: string, all: string) =>
    `printf "${kpi.direction === 'higher_is_better' ? inside : `%[5]s - ${inside}`} and ${all} == %[5]s"` +
    ' $all $allBefore $inside $insideBefore $count'
  const asTheyAre = beyond('sum(%[3]s - %[4]s)', 'sum(%[1]s - %[2]s and %[3]s and %[4]s)')
  // A bucket begins anew with its process, which only the counter of operations shows: a process that breaks what the one
  // before did well may have more in its bucket at once.
  const inSteps = (added: string) => `sum_over_time(sum(${added})[${steps}] offset %[6]s)`
  const anew = beyond(
    inSteps('%[3]s - (%[4]s and (%[2]s <= %[1]s) or 0 * %[3]s)'),
    inSteps('%[1]s - ((%[2]s <= %[1]s) or 0 * %[1]s) and %[3]s'),
  )
  // Steps are counted back from this evaluation, and those of a subquery from 1970: it is asked for earlier ones, each of
  // which reads what came later. An offset of zero is none.
  const after = (name: string, more: number) =>
    `{{ $${name} := query "(time() * 1000 - 1) % ${step} + ${more}" | first | value | printf "%.0fms" }}`
  const hasBegun = `printf "count_over_time(${names.judgeSeries.anew(kpi, 'alert')}{%s}[${window.range}])" $place | query`
  return [
    counters('', ` offset ${durationText(seconds)}`, '$place'),
    `{{ with ${asTheyAre} | query }}, ${said}{{ else }}{{ with ${hasBegun} }}`,
    after('late', step + 1),
    after('early', 1),
    counters(' offset -%[2]s', ' offset -%[3]s', '$place', '$late', '$early'),
    `{{ with ${anew} $late | query }}, ${said}{{ end }}{{ end }}{{ end }}`,
  ].join('')
}
