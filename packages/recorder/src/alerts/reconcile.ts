import { type Config, durationSeconds, retentionOf } from '@mnemoscope/kpi'
import type pg from 'pg'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import { showOpenEpisodes } from '../metrics.js'
import type { AlertSource } from '../prometheus/source.js'
import type { Work } from '../work.js'
import { countOpenEpisodes, loadOpenEpisodes } from './episode-table.js'
import { fingerprintOf, withExternal, withoutReplica } from './fingerprint.js'
import { hasHistory, type Observation, observe } from './observation.js'
import { endUnlessFiring, type SourceView } from './quiet.js'
import { alertsBetween, longestRecoveryMs, restartAfter } from './source-alerts.js'
import { askSources, firingInAlertmanager, type SourceAnswer } from './sources.js'
import { closeEpisodes, storeObservations } from './store.js'

/** Time of one query. It limits the answer, however long the recorder was away. */
const chunkMs = 6 * 3_600_000

/** Observations stored in one transaction. */
const batchSize = 1_000

/** A source that was silent for longer does not only start: where Alertmanager answers, its word is enough. */
const goneMs = longestRecoveryMs

/** Reconciles the alert history with Prometheus, at once and then every alert check interval. */
export function startReconciles(work: Work): Loop {
  const { pool, config, logger, metrics } = work
  const intervalMs = 1_000 * durationSeconds(config.alertCheckInterval)
  return startLoop({
    next: (now) => now + intervalMs,
    run: async () => {
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
 * stopped, so that alerts of an outage are found afterwards, as far back as Prometheus keeps data. Of several replicas,
 * an alert fires while any of them has it firing.
 */
export async function reconcile(work: Work): Promise<Reconciled> {
  const { pool, sources, alertmanagers, config, logger } = work
  const { cluster, replicaLabels } = work.reading.normaliser
  const answers = await askSources(sources, replicaLabels, ({ name }, err) =>
    logger.warn({ source: name, err }, 'a Prometheus does not answer: what only it sees stays as it is'),
  )
  const fires = await firingInAlertmanager(alertmanagers, replicaLabels)
  const now = Math.min(...answers.map((answer) => answer.now))
  const overlap = 3 * longestInterval(answers, config)
  const progress = await loadProgress(pool, cluster)
  const oldest = now - retentionOf(config).alertsDays * 86_400_000
  const reachedOf = ({ source }: SourceAnswer) => {
    const reached = progress.get(source.name) ?? oldest
    // If Prometheus' clock was set back, nothing would be reconciled until that time came again.
    return reached > now ? now - overlap : reached
  }
  let from = Math.min(...answers.map(reachedOf))
  const asked = await Promise.all(
    answers.map(async (answer) => ({
      ...answer,
      restart: await restartAfter(answer.source.client, from - overlap, now),
    })),
  )
  const stillFiring = new Set(
    answers
      .flatMap(({ alertRules, externalLabels }) =>
        alertRules.firing.map((alert) => ({ labels: withExternal(alert.labels, externalLabels) })),
      )
      .filter(hasHistory)
      .map(({ labels }) => fingerprintOf(withoutReplica(labels, replicaLabels))),
  )
  const kinds: string[] = []
  while (from < now) {
    const to = Math.min(from + chunkMs, now)
    const window = { from: from - overlap, to, isNewest: to === now }
    const found = await alertsBetween(work, asked, window)
    const observations = found
      .filter(hasHistory)
      .map((alert) => observe(alert, work.reading.normaliser))
      .map((observation) => (window.isNewest ? unlessFiring(observation, fires) : observation))
    for (let i = 0; i < observations.length; i += batchSize) {
      const stored = await storeObservations(work, observations.slice(i, i + batchSize))
      kinds.push(...stored.map(({ kind }) => kind))
    }
    if (window.isNewest) {
      for (const { endsAt, fingerprint } of observations)
        if (endsAt === undefined) stillFiring.add(fingerprint)
    }
    for (const { source, restart } of asked) {
      // Until Prometheus stores alerts again after a start, earlier samples are needed to see which alerts continue.
      const isSettled = restart === undefined || to > restart.resumedAt + 2 * overlap
      if (isSettled || !window.isNewest)
        await saveProgress(pool, { cluster, source: source.name, reached: to })
    }
    from = to
  }
  const missing = (await loadOpenEpisodes(pool, cluster)).filter(
    ({ fingerprint }) => !stillFiring.has(fingerprint),
  )
  const isKnown = fires !== undefined
  const ended = await closeEpisodes(work, missing, (episode) =>
    endUnlessFiring(
      episode,
      viewsOf(sources, answers, episode.labels.alertname ?? '', isKnown),
      fires?.has(episode.fingerprint) ?? false,
    ),
  )
  kinds.push(...ended.map(({ kind }) => kind))
  return {
    opened: kinds.filter((kind) => kind === 'opened').length,
    closed: kinds.filter((kind) => kind === 'closed').length,
  }
}

/** Alertmanager has it firing: a Prometheus that is not asked here sees what those that are do not see any more. */
function unlessFiring(observation: Observation, fires: ReadonlySet<string> | undefined): Observation {
  const { endsAt, ...firing } = observation
  return endsAt !== undefined && fires?.has(observation.fingerprint) ? firing : observation
}

/** @param isKnown whether Alertmanager says what fires */
function viewsOf(
  sources: readonly AlertSource[],
  answers: readonly SourceAnswer[],
  alertname: string,
  isKnown: boolean,
): SourceView[] {
  return sources.flatMap((source): SourceView[] => {
    const { externalLabels, answeredAt } = source.last
    const answer = answers.find((each) => each.source === source)
    if (answer !== undefined)
      return [{ externalLabels, rule: answer.alertRules.rules.get(alertname) ?? 'none' }]
    const isGone = isKnown && Date.now() - answeredAt > goneMs
    return isGone ? [] : [{ externalLabels, rule: 'unknown' }]
  })
}

function longestInterval(answers: readonly SourceAnswer[], config: Config): number {
  const configured = 1_000 * durationSeconds(config.alertCheckInterval)
  const rules = answers.flatMap(({ alertRules }) => [...alertRules.rules.values()])
  return Math.max(configured, ...rules.map(({ interval }) => interval))
}

/** How far the history agrees with each source, by its name. */
async function loadProgress(pool: pg.Pool, cluster: string): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ source: string; reached: Date }>(
    'SELECT source, reached FROM reconciles WHERE cluster = $1',
    [cluster],
  )
  return new Map(rows.map(({ source, reached }) => [source, reached.getTime()]))
}

async function saveProgress(
  pool: pg.Pool,
  { cluster, source, reached }: { cluster: string; source: string; reached: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO reconciles (cluster, source, reached) VALUES ($1, $2, $3)
     ON CONFLICT (cluster, source) DO UPDATE SET reached = excluded.reached, reconciled_at = now()`,
    [cluster, source, new Date(reached)],
  )
}
