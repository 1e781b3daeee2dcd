import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { eventually } from '../harness/eventually.js'
import { typescript } from '../harness/figures.js'
import { repository } from '../harness/repository.js'
import type { Answers, Horde } from './horde.js'
import type { Listeners } from './listeners.js'

/** What became of the listeners while a horde sent its requests. */
export interface Endured {
  readonly answers: Answers
  /** Whether all processes are those that were there before. */
  readonly isSame: boolean
  /** Rows that came of what requests can write, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** In ms; Infinity if an answer did not come. */
  readonly slowestHealth: number
}

/** Sends hostile requests to all listeners by another process, and asks for health meanwhile. */
export async function endure(listeners: Listeners, requests: number, seed: number): Promise<Endured> {
  const { up, recorder, demo, service, mcp, mcpToken, readKey } = listeners
  const before = await rowsAtRest(up.run.database)
  const horde: Horde = { recorder, others: [demo, service, mcp], mcpToken, readKey, requests, seed }
  const { result, slowestHealth } = await watchingHealth(recorder, () => {
    const program = typescript('test/security/horde.ts', JSON.stringify(horde))
    const child = spawn(process.execPath, program, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
    return text(child.stdout)
  })
  const after = await rowsAtRest(up.run.database)
  return {
    answers: JSON.parse(result) as Answers,
    isSame: listeners.isSame(),
    rows: Object.fromEntries(Object.entries(after).map(([table, n]) => [table, n - (before[table] ?? 0)])),
    slowestHealth,
  }
}

/** Sends a change of so many overrides, with a key that may change the configuration. */
export function manyOverrides(listeners: Listeners, overrides: number) {
  const given = Array.from({ length: overrides }, (_, i) => ({
    model: `m${i}`,
    thresholds: { warning: 0.75 },
  }))
  return changing(listeners, { kpis: { f1_score: { overrides: given } } })
}

/** Changes a threshold, as a person with such a key may. @param nth each is another change */
export function changeThreshold(listeners: Listeners, nth: number) {
  return changing(listeners, { kpis: { f1_score: { thresholds: { warning: 0.81 + nth / 1_000 } } } })
}

function changing({ recorder, ownerKey }: Listeners, patch: object) {
  return watchingHealth(recorder, async () => {
    const response = await fetch(`${recorder}/api/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ownerKey}` },
      body: JSON.stringify({ patch }),
    })
    await response.text()
    return response.status
  })
}

const healthEveryMs = 20

/** Does some work, and asks for health all the while, so that nothing else is done on the event loop shows. */
async function watchingHealth<Result>(
  recorder: string,
  work: () => Promise<Result>,
): Promise<{ result: Result; slowestHealth: number }> {
  let isOver = false
  const working = work().finally(() => {
    isOver = true
  })
  let slowestHealth = 0
  do {
    const since = performance.now()
    const isWell = await fetch(`${recorder}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
      async (response) => (await response.text()) === '{"status":"ok"}',
      () => false,
    )
    slowestHealth = Math.max(slowestHealth, isWell ? performance.now() - since : Number.POSITIVE_INFINITY)
    await new Promise((resolve) => setTimeout(resolve, healthEveryMs))
  } while (!isOver)
  return { result: await working, slowestHealth }
}

/** Changes that were made before are stored a moment after their answers. */
async function rowsAtRest(database: string): Promise<Record<string, number>> {
  let last: string | undefined
  return eventually(
    'no row comes any more',
    async () => {
      const now = await rows(database)
      const isSame = JSON.stringify(now) === last
      last = JSON.stringify(now)
      return isSame && now
    },
    { everyMs: 2_000 },
  )
}

/** Tables that only requests write to. */
const written = [
  'measurements',
  'deployments',
  'config_changes',
  'alert_acknowledgements',
  'alert_incident_actions',
  'alert_ratings',
]

async function rows(database: string): Promise<Record<string, number>> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, number>>(
      `SELECT ${written.map((table) => `(SELECT count(*) FROM ${table})::int AS ${table}`).join()}, (SELECT count(*) FROM alert_episodes
           WHERE alertname = 'MnemoscopeA' OR alertname NOT LIKE 'Mnemoscope%')::int AS alert_episodes`,
    )
    return rows[0] ?? {}
  } finally {
    await client.end()
  }
}
