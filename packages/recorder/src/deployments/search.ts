import { type Config, durationSeconds, names, retentionOf } from '@mnemoscope/kpi'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { queryNow, queryRange } from '../prometheus/query.js'
import type { Work } from '../work.js'
import { searchedUntil, storeSightings } from './store.js'
import type { Sighting } from './versions.js'

const { metric, version: versionLabel } = names.serviceInfo
const { job, instance } = names.label

/**
 * Versions of services alone that have the instrumentation or measure a KPI: a Prometheus may show those of thousands of
 * others.
 */
function shownVersions({ kpis }: Pick<Config, 'kpis'>): string {
  const signs = [names.instrumentationMetric.overflows, ...Object.values(kpis).map(names.shownMetric)]
  const measuring = signs.map((sign) => `group by (${job}) (${sign})`).join(' or ')
  return `(${metric}{${versionLabel}!=""} and on (${job}) (${measuring}))`
}

const present = (shown: string) => `count by (${job}, ${versionLabel}) ${shown}`
/** The gauge with the process' start is on the same target; a service without it has no such figure. */
const started = (shown: string) =>
  `min by (${job}, ${versionLabel}) (${shown} * on (${job}, ${instance}) group_left () max by (${job}, ${instance}) (${names.processStart}))`

/** Bounds the answers, however long the recorder was away. */
const longestChunkMs = 6 * 3_600_000
const mostSteps = 10_000
/** How far back the first search goes. */
const firstSearchMs = 24 * 3_600_000

/** Looks for versions that came, at once and then every alert check interval: an alert asks for what came before it. */
export function startDeploymentSearch(work: Work): Loop {
  const { pool, config, logger } = work
  return startLoop({
    next: (now) => now + 1_000 * durationSeconds(config.alertCheckInterval),
    run: async () => {
      await exclusively(pool, 'deploymentSearch', async () => {
        const found = await searchDeployments(work)
        if (found > 0) logger.info({ found }, 'deployments found')
      })
    },
    onError: (err) => logger.error({ err }, 'search for deployments failed'),
  })
}

/**
 * Stores every deployment since the last search, from the versions that the series `target_info` shows. It goes on from
 * where the last one got to, so that those of an outage are found afterwards.
 * @returns how many were new
 */
export async function searchDeployments({ pool, prometheus, config, reading }: Work): Promise<number> {
  const { cluster } = reading.normaliser
  const stepSeconds = durationSeconds(config.scrapeInterval)
  const shown = shownVersions(config)
  const now = await queryNow(prometheus)
  const oldest = now - retentionOf(config).snapshotsDays * 86_400_000
  const searched = (await searchedUntil(pool, cluster)) ?? now - firstSearchMs
  // A clock of Prometheus that was set back would have nothing searched until its time had come again.
  let from = Math.max(oldest, searched > now ? now - longestPauseMs(config) : searched)
  let found = 0
  while (from < now) {
    const to = Math.min(now, from + Math.min(longestChunkMs, mostSteps * 1_000 * stepSeconds))
    const sightings = await sightingsBetween(prometheus, shown, new Date(from), new Date(to), stepSeconds)
    found += await storeSightings(pool, cluster, sightings, new Date(to))
    from = to
  }
  return found
}

/** What one search that was missed leaves, and the scrape before it. */
function longestPauseMs({ alertCheckInterval, scrapeInterval }: Work['config']): number {
  return 1_000 * (2 * durationSeconds(alertCheckInterval) + durationSeconds(scrapeInterval))
}

async function sightingsBetween(
  prometheus: PrometheusClient,
  shown: string,
  from: Date,
  to: Date,
  stepSeconds: number,
): Promise<Sighting[]> {
  const range = { from, to, stepSeconds }
  const [versions, starts] = await Promise.all([
    queryRange(prometheus, present(shown), range),
    queryRange(prometheus, started(shown), range),
  ])
  const startOf = new Map(
    starts.flatMap(({ labels, samples }) =>
      samples.map(({ at, value }) => [keyOf(labels, at), 1_000 * value] as const),
    ),
  )
  return versions
    .flatMap(({ labels, samples }) =>
      samples.map(({ at }) => ({
        service: labels[job] ?? '',
        version: labels[versionLabel] ?? '',
        at,
        startedAt: startOf.get(keyOf(labels, at)),
      })),
    )
    .toSorted((a, b) => a.at - b.at || (a.startedAt ?? a.at) - (b.startedAt ?? b.at))
}

function keyOf(labels: Readonly<Record<string, string>>, at: number): string {
  return JSON.stringify([labels[job], labels[versionLabel], at])
}
