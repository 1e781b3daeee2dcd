import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { typescript } from '../harness/figures.js'
import { repository } from '../harness/repository.js'
import type { Answers, Horde } from './horde.js'
import type { Listeners } from './listeners.js'

/** What became of the listeners while a horde sent its requests. */
export interface Endured {
  readonly answers: Answers
  /** Whether all processes are those that were there before. */
  readonly isSame: boolean
  /** Rows of what requests can write. */
  readonly rows: number
  /** In ms; Infinity if an answer did not come. */
  readonly slowestHealth: number
}

/** Sends hostile requests to all listeners by another process, and asks for health meanwhile. */
export async function endure(listeners: Listeners, requests: number, seed: number): Promise<Endured> {
  const { up, recorder, demo, service, mcp, mcpToken, readKey } = listeners
  const before = await rows(up.run.database)
  const horde: Horde = { recorder, others: [demo, service, mcp], mcpToken, readKey, requests, seed }
  const { result, slowestHealth } = await watchingHealth(recorder, () => {
    const program = typescript('test/security/horde.ts', JSON.stringify(horde))
    const child = spawn(process.execPath, program, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
    return text(child.stdout)
  })
  return {
    answers: JSON.parse(result) as Answers,
    isSame: listeners.isSame(),
    rows: (await rows(up.run.database)) - before,
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

async function rows(database: string): Promise<number> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    const { rows } = await client.query<{ n: string }>(
      `SELECT (SELECT count(*) FROM measurements) + (SELECT count(*) FROM alert_acknowledgements)
            + (SELECT count(*) FROM deployments) + (SELECT count(*) FROM config_changes)
            + (SELECT count(*) FROM alert_episodes WHERE alertname = 'MnemoscopeA' OR alertname NOT LIKE 'Mnemoscope%')
            AS n`,
    )
    return Number(rows[0]?.n)
  } finally {
    await client.end()
  }
}
