import { alertKindOf, type Config, durationSeconds, names, retentionOf } from '@mnemoscope/kpi'
import type pg from 'pg'
import { kpiOf } from '../config/source.js'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import { showOpenEpisodes } from '../metrics.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, queryNow, querySamples } from '../prometheus/query.js'
import type { Work } from '../work.js'
import type { Episode } from './episode.js'
import { type EpisodeChange, endOf } from './episode-changes.js'
import { countOpenEpisodes, loadOpenEpisodes } from './episode-table.js'
import { fingerprintOf, isOwnAlert } from './fingerprint.js'
import { type FiringPeriod, firingPeriods, firstAfter, type Restart } from './firing-periods.js'
import { hasHistory, observe, type SourceAlert } from './observation.js'
import {
  type AlertRule,
  type AlertRules,
  fetchAlertRules,
  fetchExternalLabels,
  fetchStartTime,
} from './prometheus-alerts.js'
import { closeEpisodes, storeObservations } from './store.js'

/** Prometheus writes a sample of `ALERTS` at each evaluation of a firing alert, whatever becomes of notifications. */
const firingAlerts = `ALERTS{alertstate="firing",alertname=~"${names.alertPattern}"}`

/** Time of one query. It limits the answer, however long the recorder was away. */
const chunkMs = 6 * 3_600_000

/** When Prometheus last scraped anything or evaluated a rule: a crash can come between the two. */
const lastActivity = `max(timestamp(up) or timestamp(${names.configInfo}))`

/** The longest time that Prometheus may take to read its log after a crash. */
const longestRecoveryMs = 600_000

/** Observations stored in one transaction. */
const batchSize = 1_000

/** Reconciles the alert history with Prometheus, at once and then every alert check interval. */
export function startReconciles(work: Work): Loop {
  const { pool, prometheus, config, logger, metrics, reading } = work
  const intervalMs = 1_000 * durationSeconds(config.alertCheckInterval)
  return startLoop({
    next: (now) => now + intervalMs,
    run: async () => {
      // Every recorder reads them, also one that does not reconcile now: its webhook needs them.
      const externalLabels = await fetchExternalLabels(prometheus)
      reading.normaliser = { ...reading.normaliser, externalLabels }
      await exclusively(pool, 'reconcile', async () => {
        const { opened, closed } = await reconcile(work)
        if (opened + closed > 0) logger.info({ opened, closed }, 'alert history reconciled')
      })
      showOpenEpisodes(metrics, await countOpenEpisodes(pool))
    },
    onError: (err) => logger.error({ err }, 'reconcile failed'),
  })
}

/** What a reconcile changed. */
export interface Reconciled {
  readonly opened: number
  readonly closed: number
}

/**
 * Makes the episodes agree with what Prometheus stored: opens those that no notification reported (inhibited,
 * silenced, short, lost), ends those that no longer fire, corrects starts and ends. It continues where the last one
 * stopped, so that alerts of an outage are found afterwards, as far back as Prometheus keeps data.
 */
export async function reconcile(work: Work): Promise<Reconciled> {
  const { pool, prometheus, config } = work
  const { normaliser } = work.reading
  const alertRules = await fetchAlertRules(prometheus)
  const now = await queryNow(prometheus)
  const { cluster } = normaliser
  const overlap = 3 * longestInterval(alertRules, config)
  const reached = (await loadProgress(pool, cluster)) ?? now - retentionOf(config).alertsDays * 86_400_000
  // If Prometheus' clock was set back, nothing would be reconciled until that time came again.
  let from = reached > now ? now - overlap : reached
  const restart = await restartAfter(prometheus, from - overlap, now)
  const stillFiring = new Set(
    alertRules.firing
      .filter(hasHistory)
      .map(({ labels }) => fingerprintOf(labels, normaliser.externalLabels)),
  )
  const kinds: string[] = []
  while (from < now) {
    const to = Math.min(from + chunkMs, now)
    const window = { from: from - overlap, to, isNewest: to === now, restart }
    const found = await alertsBetween(work, alertRules, window)
    const observations = found.filter(hasHistory).map((alert) => observe(alert, normaliser))
    for (let i = 0; i < observations.length; i += batchSize) {
      const stored = await storeObservations(work, observations.slice(i, i + batchSize))
      kinds.push(...stored.map(({ kind }) => kind))
    }
    if (window.isNewest) {
      for (const { endsAt, fingerprint } of observations)
        if (endsAt === undefined) stillFiring.add(fingerprint)
    }
    // Until Prometheus stores alerts again after a start, earlier samples are needed to see which alerts continue.
    const isSettled = restart === undefined || to > restart.resumedAt + 2 * overlap
    if (isSettled || !window.isNewest) await saveProgress(pool, cluster, to)
    from = to
  }
  const missing = (await loadOpenEpisodes(pool, cluster)).filter(
    ({ fingerprint }) => !stillFiring.has(fingerprint),
  )
  const ended = await closeEpisodes(work, missing, (episode) =>
    endUnlessFiring(episode, alertRules.rules.get(episode.labels.alertname ?? ''), normaliser.externalLabels),
  )
  kinds.push(...ended.map(({ kind }) => kind))
  return {
    opened: kinds.filter((kind) => kind === 'opened').length,
    closed: kinds.filter((kind) => kind === 'closed').length,
  }
}

async function alertsBetween(
  { prometheus, config }: Work,
  { rules, firing }: AlertRules,
  window: { from: number; to: number; isNewest: boolean; restart: Restart | undefined },
): Promise<SourceAlert[]> {
  const active = new Map(firing.map((alert) => [fingerprintOf(alert.labels, {}), alert]))
  const selector = `${firingAlerts}[${Math.ceil(window.to - window.from)}ms]`
  const series = await querySamples(prometheus, selector, new Date(window.to))
  const keptOf = series.length === 0 ? () => undefined : await keptValues(prometheus, config.kpis, window)
  return series.flatMap(({ labels, samples }): SourceAlert[] => {
    const { __name__, alertstate, ...own } = labels
    const rule = rules.get(own.alertname ?? '')
    const interval = rule?.interval ?? 1_000 * durationSeconds(config.alertCheckInterval)
    const periods = firingPeriods(
      samples.map(({ at }) => at),
      {
        from: window.from,
        interval,
        restart: window.restart,
        isActive: window.isNewest && active.has(fingerprintOf(own, {})),
        evaluatedUntil: window.isNewest ? (rule?.lastEvaluation ?? window.to) : window.to - interval,
      },
    )
    return periods.map(({ first, last, spans, startKnown, endsAt }): SourceAlert => {
      const current = endsAt === undefined ? active.get(fingerprintOf(own, {})) : undefined
      return {
        labels: own,
        annotations: current?.annotations ?? {},
        fallbackSummary: summaryOf(own, config.kpis),
        startsAt: first,
        value: current?.value,
        ...keptOf(own, { first, last, startKnown }),
        threshold: rule?.threshold,
        evidence: { lastFiringAt: last, startKnown, spans, interval },
        ...(endsAt === undefined ? {} : { endsAt }),
      }
    })
  })
}

/** Finds what Prometheus has kept of the values that an alert of a threshold showed from one time to another. */
async function keptValues(
  prometheus: PrometheusClient,
  kpis: Config['kpis'],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<(alert: Matrix['labels'], period: ShownPeriod) => Pick<SourceAlert, 'kept'> | undefined> {
  const selector = `{__name__=~"${names.shownSeries.pattern}"}[${Math.ceil(to - from)}ms]`
  const shown = new Map(
    (await querySamples(prometheus, selector, new Date(to))).map(({ labels, samples }) => {
      const [, kpi = ''] = new RegExp(names.shownSeries.kpiPattern).exec(labels.__name__ ?? '') ?? []
      return [placeKey(kpi, labels), samples]
    }),
  )
  return (alert, { first, last, startKnown }) => {
    const kpi = kpiOf(kpis, alert[names.label.kpi])
    if (kpi === undefined || alertKindOf(alert.alertname ?? '', kpi.id) !== 'threshold') return undefined
    const own = (shown.get(placeKey(kpi.id, alert)) ?? []).filter(
      ({ at, value }) => at >= first && at <= last && Number.isFinite(value),
    )
    if (own.length === 0) return undefined
    const atStart = startKnown ? own.find(({ at }) => at === first)?.value : undefined
    const values = own.map(({ value }) => value)
    const worst = kpi.direction === 'higher_is_better' ? Math.min(...values) : Math.max(...values)
    return { kept: { worst, ...(atStart === undefined ? {} : { atStart }) } }
  }
}

/** When an alert fired, as far as it was looked for. */
type ShownPeriod = Pick<FiringPeriod, 'first' | 'last' | 'startKnown'>

function placeKey(kpi: string, labels: Matrix['labels']): string {
  return JSON.stringify([kpi, ...names.seriesLabels.map((label) => labels[label] ?? '')])
}

/** Prometheus' newest start, if it was after `from`. */
async function restartAfter(
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

function longestInterval({ rules }: AlertRules, config: Config): number {
  const configured = 1_000 * durationSeconds(config.alertCheckInterval)
  return Math.max(configured, ...[...rules.values()].map(({ interval }) => interval))
}

async function loadProgress(pool: pg.Pool, cluster: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ reached: Date }>('SELECT reached FROM reconciles WHERE cluster = $1', [
    cluster,
  ])
  return rows[0]?.reached.getTime()
}

async function saveProgress(pool: pg.Pool, cluster: string, reached: number): Promise<void> {
  await pool.query(
    `INSERT INTO reconciles (cluster, reached) VALUES ($1, $2)
     ON CONFLICT (cluster) DO UPDATE SET reached = excluded.reached, reconciled_at = now()`,
    [cluster, new Date(reached)],
  )
}

/**
 * Ends an open episode that has no firing alert in Prometheus; undefined if that proves nothing: the alert
 * is of another Prometheus, its rule fails, or the rule has not been evaluated since the alert was last seen.
 * @param rule what Prometheus says of the rules with the alert's name; undefined if it has none
 */
export function endUnlessFiring(
  episode: Episode,
  rule: AlertRule | undefined,
  externalLabels: Readonly<Record<string, string>>,
): EpisodeChange | undefined {
  if (!isOwnAlert(episode.labels, externalLabels)) return undefined
  const { lastFiringAt, startsAt } = episode
  if (rule === undefined) {
    return lastFiringAt === undefined ? undefined : endOf(episode, lastFiringAt, 'rule_removed')
  }
  const lastSeenAt = Math.max(startsAt, lastFiringAt ?? 0)
  if (!rule.isHealthy || rule.lastEvaluation < lastSeenAt + rule.interval / 2) return undefined
  const endsAt = lastFiringAt === undefined ? rule.lastEvaluation : lastSeenAt + rule.interval
  return endOf(episode, endsAt, 'reconciled')
}
