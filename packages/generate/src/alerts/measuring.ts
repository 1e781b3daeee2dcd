import { type Kpi, names } from '@mnemoscope/kpi'
import { aggregate, ago, and, bracket, filter, indent, isOneOf, or, over, select, unless } from '../promql.js'
import type { PipelineAlertKind } from './alert-kind.js'

const { job, instance } = names.label

/** The endpoint works and the instrumentation does not: no KPI raises an alert, because none has a value. */
export const serviceSilent: PipelineAlertKind = {
  id: 'service_silent',
  severity: 'error',
  summary: '{{ $labels.job }} at {{ $labels.instance }} shows no KPI',
  rule: (config) => {
    if (config.services.length === 0) return undefined
    const answers = filter(
      select('up', [
        isOneOf(
          job,
          config.services.map(({ name }) => name),
        ),
      ]),
      '==',
      1,
    )
    const shown = Object.values(config.kpis).map((kpi) =>
      aggregate('max', [job, instance], scrapedAs(names.shownMetric(kpi), kpi)),
    )
    return {
      expr: unless(answers, `(\n${indent(or(shown))}\n)`, [job, instance]),
      for: '15m',
      description:
        'Its endpoint answers, and no measurement of any KPI is on it: nothing that goes wrong there would be seen.',
    }
  },
  settings: ['services', 'kpis'],
}

/** Series by the job that they were scraped from. */
function scrapedAs(metric: string, { source }: Kpi): string {
  if (source?.labels.service === undefined) return metric
  return `label_replace(${metric}, "${job}", "$1", "${names.sourceJob}", "(.+)")`
}

/** Refusals of one kind in an hour that may be single mistakes. */
const fewRefusals = 3

/**
 * Measurements refused in the last hour. `increase` counts from the second scrape of a series on; what a process that
 * began in this hour had counted at its first scrape is added.
 */
function refusedInHour(): string {
  const refusals = names.instrumentationMetric.refusals
  const isYoung = filter(over('last_over_time', names.processUptime, '1h'), '<', 3_600)
  const first = unless(over('min_over_time', refusals, '1h'), ago(refusals, '1h'))
  const born = and(bracket(first), bracket(isYoung), [job, instance])
  const parts = or([over('increase', refusals, '1h'), `label_replace(${born}, "part", "first", "", "")`])
  return aggregate('sum', [job, names.label.kpi, names.label.reason], `\n${indent(parts)}\n`)
}

/** Measurements are lost: the KPI is judged by what is left, or not at all. */
export const measurementsRefused: PipelineAlertKind = {
  id: 'measurements_refused',
  severity: 'warning',
  summary: 'Measurements of {{ $labels.job }} are refused: {{ $labels.measurement }}, {{ $labels.reason }}',
  rule: () => {
    // With the label `kpi`, the number of refusals would be shown as a value of the KPI.
    const named = `label_replace(${names.refusedInHour}, "measurement", "$1", "${names.label.kpi}", "(.+)")`
    return {
      recorded: [{ record: names.refusedInHour, expr: refusedInHour() }],
      // Extrapolation adds a little to whole numbers.
      expr: filter(aggregate('sum', [job, 'measurement', names.label.reason], named), '>', fewRefusals + 0.5),
      threshold: fewRefusals,
      description:
        'In the last hour {{ $value | printf "%.0f" }} measurements of {{ $labels.measurement }} were refused ' +
        '({{ $labels.reason }}). The KPI is judged without them.',
    }
  },
  settings: ['kpis'],
}

/**
 * A process that is scraped and pushes as well, or that two jobs scrape: two series count each of its operations. Its
 * start tells that it is one process, because it has fractions of a millisecond.
 */
export const countedTwice: PipelineAlertKind = {
  id: 'counted_twice',
  severity: 'warning',
  summary: 'Operations of {{ $labels.job }} are counted more than once',
  rule: () => {
    const started = 'started'
    // Every process with the instrumentation has this counter; other programs round their start.
    const ours = and(names.processStart, names.instrumentationMetric.overflows, [job, instance])
    const byStart = `count_values by (${job}, ${instance}) ("${started}", ${ours})`
    const several = bracket(filter(aggregate('count', [started], byStart), '>', 1))
    return {
      expr: aggregate('count', [job], and(byStart, several, [started])),
      for: '5m',
      description:
        '{{ $value }} targets of {{ $labels.job }} have a process in common with another target, so its operations ' +
        'count more than once.',
    }
  },
  settings: ['services'],
}

/**
 * A target whose scrapes reach one process of a service now and another one then, as through a load balancer: counts jump
 * between the processes and rules take each jump for a restart. The start of a process never goes back, but by its clock.
 */
export const processesMixed: PipelineAlertKind = {
  id: 'processes_mixed',
  severity: 'warning',
  summary: 'Scrapes of {{ $labels.instance }} of {{ $labels.job }} reach several processes in turn',
  rule: () => {
    const back = over('resets', names.processStart, '15m')
    const ours = over('last_over_time', names.instrumentationMetric.overflows, '15m')
    return {
      expr: and(bracket(filter(back, '>', 2)), ours, [job, instance]),
      description:
        'In 15 minutes {{ $value }} scrapes reached a process that is older than the one before. The KPIs of ' +
        '{{ $labels.job }} are wrong until each process is scraped for itself, or all share one endpoint.',
    }
  },
  settings: ['services'],
}
