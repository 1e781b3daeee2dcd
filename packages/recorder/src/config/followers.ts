import type pg from 'pg'
import type { KnownServices } from './restarts.js'
import type { ConfigSource } from './source.js'

/** A process asks every 8 seconds: one that has left out three questions is gone. */
const rememberedMs = 30_000

/** Everybody who may send measurements can name a service. */
const mostFollowers = 10_000

/** The services whose processes ask this recorder for changed settings. */
export interface Followers {
  /** A process of this service has asked. */
  asked(service: string): void
  /** Those that have asked within the last 30 seconds. */
  names(): string[]
}

/** @param now monotonic milliseconds */
export function rememberFollowers(now: () => number = () => performance.now()): Followers {
  const askedAt = new Map<string, number>()
  return {
    asked(service) {
      // The one that asked longest ago is the first.
      askedAt.delete(service)
      askedAt.set(service, now())
      if (askedAt.size > mostFollowers) askedAt.delete(askedAt.keys().next().value as string)
    },
    names() {
      const since = now() - rememberedMs
      for (const [service, at] of askedAt) if (at < since) askedAt.delete(service)
      return [...askedAt.keys()].sort()
    },
  }
}

/**
 * The services that are configured, follow this recorder, or have a snapshot of the last quarter of an hour.
 * @returns undefined if the database does not answer
 */
export async function knownServices(
  pool: pg.Pool,
  { current }: Pick<ConfigSource, 'current'>,
  followers: Followers,
): Promise<KnownServices | undefined> {
  try {
    const { rows } = await pool.query<{ service: string }>(
      `SELECT DISTINCT service FROM series WHERE id IN
         (SELECT series_id FROM snapshots WHERE at > now() - interval '15 minutes')`,
    )
    const following = followers.names()
    const configured = current().services.map(({ name }) => name)
    const all = [...new Set([...configured, ...following, ...rows.map(({ service }) => service)])].sort()
    return { all, following }
  } catch {
    return undefined
  }
}
