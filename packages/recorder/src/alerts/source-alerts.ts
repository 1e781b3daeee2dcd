import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, querySamples } from '../prometheus/query.js'
import type { Work } from '../work.js'
import { fingerprintOf, type Labels, withExternal, withoutReplica } from './fingerprint.js'
import { type FiringPeriod, firingPeriods, firstAfter, joinPeriods, type Restart } from './firing-periods.js'
import { joinKept, type KeptOf, keptValues } from './kept-values.js'
import type { SourceAlert } from './observation.js'
import { type ActiveAlert, fetchStartTime } from './prometheus-alerts.js'
import type { SourceAnswer } from './sources.js'

/** The longest time that Prometheus may take to read its log after a crash. */
export const longestRecoveryMs = 600_000

/** When Prometheus last scraped anything or evaluated a rule: a crash can come between the two. */
const lastActivity = `max(timestamp(up) or timestamp(${names.configInfo}))`

/** Prometheus writes a sample of `ALERTS` at each evaluation of a firing alert, whatever becomes of notifications. */
const firingAlerts = `ALERTS{alertstate="firing",alertname=~"${names.alertPattern}"}`

/** A source that answers, and its newest start if that was lately. */
export interface Asked extends SourceAnswer {
  readonly restart: Restart | undefined
}

/** Of one alert, what each source has: the last one's rule counts where they differ. */
interface Firing {
  readonly labels: Labels
  readonly periods: FiringPeriod[]
  interval: number
  threshold: number | undefined
  current: ActiveAlert | undefined
  /** One for each source that has it. */
  readonly keptOf: KeptOf[]
}

/** A time that is asked for, Unix ms; the newest one ends now. */
export interface Window {
  readonly from: number
  readonly to: number
  readonly isNewest: boolean
}

/** Every alert that fired in some time, as all sources together have it. */
export async function alertsBetween(
  work: Pick<Work, 'config' | 'reading'>,
  asked: readonly Asked[],
  window: Window,
): Promise<SourceAlert[]> {
  const { kpis } = work.config
  const { replicaLabels } = work.reading.normaliser
  const byAlert = new Map<string, Firing>()
  for (const found of await Promise.all(asked.map((each) => firingIn(work, each, window)))) {
    for (const firing of found) {
      const key = fingerprintOf(withoutReplica(firing.labels, replicaLabels))
      const before = byAlert.get(key)
      if (before === undefined) byAlert.set(key, firing)
      else {
        before.periods.push(...firing.periods)
        before.interval = Math.max(before.interval, firing.interval)
        before.threshold ??= firing.threshold
        before.current ??= firing.current
        before.keptOf.push(...firing.keptOf)
      }
    }
  }
  return [...byAlert.values()].flatMap(({ labels, periods, interval, threshold, current, keptOf }) =>
    joinPeriods(periods, interval).map(({ first, last, spans, startKnown, endsAt }): SourceAlert => {
      const active = endsAt === undefined ? current : undefined
      const shown = { first, last, startKnown }
      const kept = joinKept(
        kpis,
        labels,
        keptOf.map((of) => of(labels, shown)),
      )
      return {
        labels,
        annotations: active?.annotations ?? {},
        fallbackSummary: summaryOf(labels, kpis),
        startsAt: first,
        value: active?.value,
        ...(kept === undefined ? {} : { kept }),
        threshold,
        evidence: { lastFiringAt: last, startKnown, spans, interval },
        ...(endsAt === undefined ? {} : { endsAt }),
      }
    }),
  )
}

/** The alerts that one source stored as firing. */
async function firingIn(
  { config }: Pick<Work, 'config'>,
  { source, externalLabels, alertRules: { rules, firing }, restart }: Asked,
  window: Window,
): Promise<Firing[]> {
  const active = new Map(firing.map((alert) => [fingerprintOf(alert.labels), alert]))
  const selector = `${firingAlerts}[${Math.ceil(window.to - window.from)}ms]`
  const series = await querySamples(source.client, selector, new Date(window.to))
  const keptOf: KeptOf =
    series.length === 0 ? () => undefined : await keptValues(source.client, config.kpis, window)
  return series.map(({ labels, samples }): Firing => {
    const { __name__, alertstate, ...own } = labels
    const rule = rules.get(own.alertname ?? '')
    const interval = rule?.interval ?? 1_000 * durationSeconds(config.alertCheckInterval)
    const current = active.get(fingerprintOf(own))
    const periods = firingPeriods(
      samples.map(({ at }) => at),
      {
        from: window.from,
        interval,
        restart,
        isActive: window.isNewest && current !== undefined,
        evaluatedUntil: window.isNewest ? (rule?.lastEvaluation ?? window.to) : window.to - interval,
      },
    )
    return {
      labels: withExternal(own, externalLabels),
      periods,
      interval,
      threshold: rule?.threshold,
      current,
      keptOf: [keptOf],
    }
  })
}

/** Prometheus' newest start, if it was after `from`. */
export async function restartAfter(
  prometheus: PrometheusClient,
  from: number,
  now: number,
): Promise<Restart | undefined> {
  const startedAt = await fetchStartTime(prometheus)
  if (startedAt === undefined || startedAt <= from || startedAt >= now) return undefined
  const until = Math.min(now, startedAt + longestRecoveryMs)
  const scrapes = await querySamples(prometheus, `up[${Math.ceil(until - startedAt)}ms]`, new Date(until))
  const [activity] = await queryInstant(prometheus, lastActivity, new Date(startedAt))
  return {
    startedAt,
    resumedAt: firstAfter(scrapes, startedAt) ?? until,
    stoppedAt: activity === undefined ? undefined : activity.value * 1_000,
  }
}

/** Summary of an alert that ended before its annotations were read. */
function summaryOf(labels: Matrix['labels'], kpis: Config['kpis']): string {
  const kpi = kpiOf(kpis, labels[names.label.kpi])
  if (kpi === undefined) return labels.alertname ?? ''
  const operation = labels[names.label.operation]
  const place =
    `${labels[names.label.model]}${operation ? ` (${operation})` : ''}, ` +
    `context size ${labels[names.label.contextSize]}`
  return `${kpi.title} ${labels[names.label.severity]} for ${place}`
}
