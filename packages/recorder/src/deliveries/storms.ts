import { type Config, names } from '@mnemoscope/kpi'
import type pg from 'pg'
import { insertTransitions } from '../alerts/episode-table.js'
import { exclusively } from '../database/locks.js'
import { inTransaction } from '../database/pool.js'
import { type Loop, startLoop } from '../loop.js'
import type { Work } from '../work.js'

/** When this many services breach within a minute, that is an event too: they probably have one cause. */
const leastServices = 5
const withinSeconds = 60
/** A storm that goes on is an event again after this time. */
const repeatSeconds = 600
const shownServices = 5
const everyMs = 5_000

/** A breach that began. */
export interface Breach {
  readonly episodeId: string
  readonly service: string
  /** Unix seconds. */
  readonly at: number
}

/** Several services that breached within a minute. */
export interface Storm {
  /** The breach that made them so many. */
  readonly episodeId: string
  /** When that began, Unix seconds. */
  readonly at: number
  /** In the order in which they breached. */
  readonly services: readonly string[]
}

/**
 * The newest time at which enough services breached within a minute.
 * @param breaches in any order
 * @param before the storm before it, Unix seconds; undefined if there was none
 * @returns undefined where there was none since
 */
export function stormIn(breaches: readonly Breach[], before: number | undefined): Storm | undefined {
  const inOrder = breaches.toSorted((a, b) => a.at - b.at)
  const since = before === undefined ? Number.NEGATIVE_INFINITY : before + repeatSeconds
  for (const last of inOrder.toReversed()) {
    if (last.at < since) return undefined
    const within = inOrder.filter(({ at }) => at <= last.at && at > last.at - withinSeconds)
    const services = [...new Set(within.map(({ service }) => service))]
    if (services.length >= leastServices) return { episodeId: last.episodeId, at: last.at, services }
  }
  return undefined
}

/** Looks for storms every few seconds, and gives each to all handlers as an event. */
export function startStorms({ pool, handlers, config, logger }: Work): Loop {
  return startLoop({
    next: (now) => now + everyMs,
    run: async () => {
      await exclusively(pool, 'storms', async () => {
        const storm = await findStorm(pool, config)
        if (storm === undefined) return
        await inTransaction(pool, (client) => insertTransitions(client, [transitionOf(storm)], handlers))
        logger.warn({ services: storm.services }, 'several services breached within a minute')
      })
    },
    onError: (err) => logger.error({ err }, 'no storm was looked for'),
  })
}

/** What happened long ago, such as while no recorder ran, is no news; and a value that is missing is no breach. */
async function findStorm(pool: pg.Pool, { kpis }: Pick<Config, 'kpis'>): Promise<Storm | undefined> {
  const [breaches, before] = await Promise.all([
    pool.query<Breach>(
      `SELECT id AS "episodeId", service, extract(epoch FROM starts_at)::float8 AS at FROM alert_episodes
       WHERE starts_at > now() - make_interval(secs => $1) AND starts_at <= now() AND kpi IS NOT NULL
         AND service IS NOT NULL AND severity IN ('warning', 'error', 'critical')
         AND closed_how IS DISTINCT FROM 'superseded' AND alertname <> ALL ($2)`,
      [3 * withinSeconds, Object.values(kpis).map((kpi) => names.alertName(kpi, 'no_data'))],
    ),
    pool.query<{ at: number | null }>(
      "SELECT extract(epoch FROM max(at))::float8 AS at FROM alert_transitions WHERE kind = 'storm'",
    ),
  ])
  return stormIn(breaches.rows, before.rows[0]?.at ?? undefined)
}

function transitionOf({ episodeId, at, services }: Storm) {
  const more = services.length - shownServices
  const shown = services.slice(0, shownServices).join(', ')
  return {
    episodeId,
    kind: 'storm',
    at: at * 1_000,
    via: 'recorder',
    detail: { services: services.length, names: more > 0 ? `${shown} and ${more} more` : shown },
  } as const
}
