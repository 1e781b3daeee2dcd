/** A version that processes of a service were running at an instant. Times are Unix ms. */
export interface Sighting {
  readonly service: string
  readonly version: string
  readonly at: number
  /** When the first of these processes started; undefined where they do not say. */
  readonly startedAt: number | undefined
}

/** What is known of a service: the version that came last, and when each version was last seen. */
export interface KnownService {
  readonly deployed: string | undefined
  readonly seen: ReadonlyMap<string, number>
}

/** A version that came. */
export interface Deployment {
  readonly service: string
  readonly version: string
  /** Undefined for the first that is known of the service. */
  readonly previous: string | undefined
  readonly at: number
}

/** A version that was away for no longer than this was never gone: a scrape failed, or a process was started again. */
const shortestAbsenceMs = 120_000

/**
 * Deployments among sightings: a version comes when it was never seen, or when others of its service were seen while
 * it was away, as after a return to an older one. When everything was away at once, or the same processes are seen
 * again, that was an outage; when a version is seen whose deployment was reported, it is the same deployment.
 * @param sightings ascending
 */
export function deploymentsAmong(
  known: ReadonlyMap<string, KnownService>,
  sightings: readonly Sighting[],
): Deployment[] {
  const services = new Map(
    [...known].map(([service, { deployed, seen }]) => [service, { deployed, seen: new Map(seen) }]),
  )
  const deployments: Deployment[] = []
  for (const { service, version, at, startedAt } of sightings) {
    const own = services.get(service) ?? { deployed: undefined, seen: new Map<string, number>() }
    services.set(service, own)
    const lastSeen = own.seen.get(version)
    const others = [...own.seen].flatMap(([other, time]) => (other === version ? [] : [time]))
    const cameBack =
      lastSeen !== undefined &&
      Math.max(...others) - lastSeen > shortestAbsenceMs &&
      (startedAt === undefined || startedAt > lastSeen)
    if ((lastSeen === undefined || cameBack) && own.deployed !== version) {
      deployments.push({ service, version, previous: own.deployed, at: Math.min(startedAt ?? at, at) })
      own.deployed = version
    }
    own.seen.set(version, at)
  }
  return deployments
}
