import { type Config, durationSeconds } from '@mnemoscope/kpi'
import type pg from 'pg'
import type { Scope } from '../database/scope.js'
import { type DashboardData, dashboardData, type SnapshotData, snapshotData } from './dashboard.js'

/** Windows and filters that are remembered at the same time. */
const mostRemembered = 32

interface Remembered {
  readonly state: string
  readonly kpis: Config['kpis']
  readonly at: number
  readonly data: Promise<SnapshotData>
}

/** Dashboard data of a scope, as far as possible from memory. */
export type DashboardMemory = (scope: Scope) => Promise<DashboardData>

/**
 * Dashboard data that is computed once for each state of the snapshots, however many look and however often: between
 * two snapshots nothing about them changes. Alerts are read every time.
 */
export function rememberDashboards(pool: pg.Pool, config: Config): DashboardMemory {
  const remembered = new Map<string, Remembered>()

  return async (scope) => {
    const key = keyOf(scope)
    const state = await stateOf(pool)
    const known = remembered.get(key)
    // Also without a new snapshot the window moves on.
    const isFresh =
      known?.state === state &&
      known.kpis === config.kpis &&
      Date.now() - known.at < 1_000 * durationSeconds(config.snapshotInterval)
    if (isFresh) return dashboardData(pool, config, scope, known.data)
    const data = dataOfOneState(pool, config, scope, state)
    remembered.delete(key)
    remembered.set(key, { state, kpis: config.kpis, at: Date.now(), data })
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
    data.catch(() => remembered.delete(key))
    return dashboardData(pool, config, scope, data)
  }
}

/** A snapshot that is stored while its data is read would be in some of it: then all is read again, a few times at most. */
async function dataOfOneState(
  pool: pg.Pool,
  config: Config,
  scope: Scope,
  state: string,
  tries = 3,
): Promise<SnapshotData> {
  const data = await snapshotData(pool, config, scope)
  const after = await stateOf(pool)
  return after === state || tries === 1 ? data : dataOfOneState(pool, config, scope, after, tries - 1)
}

/** A window that ends now is known by its length, any other by its ends. */
function keyOf({ from, to, service, model, contextSize, operation }: Scope): string {
  const endsNow = Math.abs(Date.now() - to.getTime()) < 1_000
  const window = endsNow ? [to.getTime() - from.getTime()] : [from.getTime(), to.getTime()]
  return JSON.stringify([window, service ?? null, model ?? null, contextSize ?? null, operation ?? null])
}

/** Changes with every snapshot that is stored, also one that fills an old gap. */
async function stateOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ state: string | null }>(
    'SELECT max(taken_at)::text AS state FROM snapshot_instants',
  )
  return rows[0]?.state ?? ''
}
