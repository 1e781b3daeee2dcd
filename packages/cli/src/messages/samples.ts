import { contextSizeWords, exampleAlerts, exampleAnnotations, messageLabels } from '@mnemoscope/generate'
import { type Config, type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { type MessageAlert, messageData, noEnd, type Sample } from './message-data.js'

const models = ['gpt-4o', 'claude-sonnet', 'llama-3', 'mixtral', 'qwen', 'phi', 'gemma']

/** Messages of all kinds, about breaches that never were, of a service and a KPI of the configuration. */
export function samples(config: Config, now: Date): Sample[] {
  const kpi = exampleKpi(config)
  const groupBy = messageLabels(config)
  const of = (kind: string, alerts: readonly MessageAlert[], reason?: string): Sample => ({
    kind,
    data: messageData(alerts, groupBy, reason),
  })
  const began = new Date(now.getTime() - 150_000)
  const breach = breaches(config, kpi, began)
  const at = (model: number, level: ThresholdSeverity, steps: number, isOver = false) =>
    breach({ model, level, steps, endedAt: isOver ? now : undefined })
  const levels = thresholdSeverities.filter((level) => kpi?.thresholds[level] !== undefined)
  const [mildest, worst] = [levels[0], levels.at(-1)]
  const ofKpi =
    mildest === undefined || worst === undefined
      ? []
      : [
          of(
            'new',
            [0, 1, 2].map((model) => at(model, worst, 3 - model)),
            'first notification',
          ),
          of(
            'worse',
            models.map((_, model) => at(model, worst, 6 - model / 2)),
            'new alerts added',
          ),
          of(
            'still',
            [0, 1, 2].map((model) => at(model, worst, 3 - model)),
            'repeat interval elapsed',
          ),
          of('better', [at(0, worst, 3, true), at(1, mildest, 0)], 'some alerts resolved'),
          of('recovered', [at(0, worst, 3, true), at(1, mildest, 1, true)], 'all alerts resolved'),
          of(
            'ended without data',
            [breach({ model: 0, level: worst, steps: 3, endedAt: now, isQuiet: true })],
            'all alerts resolved',
          ),
        ]
  const [service] = serviceNames(config)
  const place = {
    [names.label.job]: service,
    [names.label.model]: models[0] as string,
    [names.label.contextSize]: String(config.contextSizes.at(-1)),
    [names.label.operation]: 'search',
  }
  const others: [
    kind: string,
    alert: Omit<MessageAlert, 'status' | 'startsAt' | 'endsAt' | 'fingerprint'>,
  ][] = [
    ...exampleAlerts(config, place).map(({ kind, ...alert }): [string, typeof alert] => [kind, alert]),
    [
      'pipeline',
      {
        labels: { alertname: names.pipelineAlertName('target_down'), severity: 'critical', job: service },
        annotations: {
          summary: `${service} cannot be scraped`,
          description: `Prometheus gets no metrics of ${service}: nothing is known of it, and none of its alerts can fire.`,
        },
      },
    ],
    [
      'test',
      {
        labels: { alertname: names.testAlert, severity: 'info', receiver: 'sample' },
        annotations: {
          summary: 'Test message to sample: nothing is wrong',
          description: 'Somebody ran `mnemoscope notify --test`. This message ends by itself.',
        },
      },
    ],
  ]
  return [
    ...ofKpi,
    ...others.map(([kind, alert]) =>
      of(kind, [
        { ...alert, status: 'firing', startsAt: began.toISOString(), endsAt: noEnd, fingerprint: 'f' },
      ]),
    ),
  ]
}

/** The KPI with the most levels, the first of several. */
function exampleKpi({ kpis }: Config): Kpi | undefined {
  const count = ({ thresholds }: Kpi) => Object.keys(thresholds).length
  return Object.values(kpis).toSorted((a, b) => count(b) - count(a))[0]
}

function serviceNames({ services }: Config): [string, ...string[]] {
  return [services[0]?.name ?? 'memory']
}

interface Example {
  readonly model: number
  readonly level: ThresholdSeverity
  /** How far beyond the threshold, in tenths of it. */
  readonly steps: number
  readonly endedAt: Date | undefined
  readonly isQuiet?: boolean
}

function breaches(config: Config, kpi: Kpi | undefined, began: Date) {
  const size = config.contextSizes.at(-1) as number
  const [service] = serviceNames(config)
  return ({ model, level, steps, endedAt, isQuiet = false }: Example): MessageAlert => {
    if (kpi === undefined) throw new Error('a sample of no KPI')
    const sign = kpi.direction === 'higher_is_better' ? -1 : 1
    const limit = kpi.thresholds[level] as number
    const value = (times: number) => limit * (1 + (sign * times) / 12)
    const name = models[model] as string
    const worst = Math.max(steps, endedAt === undefined ? 0 : 4)
    return {
      status: endedAt === undefined ? 'firing' : 'resolved',
      labels: {
        alertname: names.alertName(kpi, level),
        severity: level,
        kpi: kpi.id,
        job: service,
        model: name,
        context_size: String(size),
        operation: 'search',
      },
      annotations: {
        summary: `${kpi.title} of ${name} (search) in ${service} has reached ${level.toUpperCase()}`,
        description: `${kpi.title} of ${name} (search) is beyond its ${level} threshold.`,
        runbook_url: `${config.endpoints.page ?? config.endpoints.recorder}/runbooks/${kpi.runbook}`,
        ...exampleAnnotations(kpi, level, {
          value: value(steps),
          operations: 46 - model,
          bad: 31 - model,
          isQuiet,
          change: `deployment of ${service} 2.1 by ci, ${changedAt(began)} UTC`,
          course: {
            worst: value(worst),
            worstPlace: `${models[0]} (search, ${contextSizeWords(size)})`,
            places: 3,
            since: began,
            lasted: 150,
          },
        }),
      },
      startsAt: began.toISOString(),
      endsAt: endedAt?.toISOString() ?? noEnd,
      fingerprint: `${model}${level}`,
    }
  }
}

/** Some minutes before, as messages write it. */
function changedAt(began: Date): string {
  const [day, month, , time] = new Date(began.getTime() - 420_000).toUTCString().slice(5).split(' ')
  return `${Number(day)} ${month} ${time?.slice(0, 5)}`
}
