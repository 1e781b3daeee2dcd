import type { Pool } from 'pg'
import { figure, progress } from './figures.js'
import type { RecorderProcess } from './recorder.js'

/** A sender has so many connections. */
const mostConnections = 200
const tickMs = 50

/** Alertmanager at its worst: many notifications a second while the database stands still for a while. */
export async function measureFlood(
  pool: Pool,
  recorder: RecorderProcess,
  { seconds, perSecond, stallSeconds }: { seconds: number; perSecond: number; stallSeconds: number },
): Promise<void> {
  progress(
    `${perSecond} notifications a second for ${seconds} s, the database stalled for ${stallSeconds} s …`,
  )
  const before = (await recorder.memory()).now
  const client = await pool.connect()
  const connections = limited(mostConnections)
  let acknowledgedInStall = 0
  let isStalled = false
  const stall = stallAfter((seconds / 2) * 1_000)
  const start = Date.now()
  const pending: Promise<number>[] = []
  for (let tick = 0; tick < (seconds * 1_000) / tickMs; tick++) {
    const wait = start + tick * tickMs - Date.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    for (let i = 0; i < (perSecond * tickMs) / 1_000; i++) pending.push(notify(`flood-${tick}-${i}`))
  }
  const sentSeconds = (Date.now() - start) / 1_000
  const tries = await Promise.all(pending)
  await stall
  const { rows } = await pool.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM alert_episodes WHERE model LIKE 'flood-%'",
  )
  const { worst } = await recorder.memory()
  figure('notifications', pending.length, 'notifications')
  figure('notifications a second', pending.length / sentSeconds, 'per s', { atLeast: perSecond * 0.95 })
  figure('alerts stored', rows[0]?.n ?? Number.NaN, 'alerts', { atLeast: pending.length })
  figure('acknowledged while the database stood still', acknowledgedInStall, 'alerts', { atMost: 0 })
  figure('notifications sent again', tries.filter((count) => count > 1).length, 'notifications')
  figure('memory grown by the flood, at the worst', (worst - before) / 2 ** 20, 'MiB', { atMost: 256 })

  async function stallAfter(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms))
    await client.query('BEGIN; LOCK TABLE alert_episodes IN ACCESS EXCLUSIVE MODE')
    isStalled = true
    await new Promise((resolve) => setTimeout(resolve, stallSeconds * 1_000))
    isStalled = false
    await client.query('COMMIT')
    client.release()
  }

  /** Sends until it is acknowledged, as Alertmanager does. @returns how often it was sent */
  async function notify(model: string): Promise<number> {
    for (let tries = 1; ; tries++) {
      const status = await connections(async () => {
        const wasStalled = isStalled
        const answered = await post(recorder.url, model)
        if (answered === 200 && wasStalled && isStalled) acknowledgedInStall++
        return answered
      })
      if (status === 200) return tries
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 250 * 2 ** tries)))
    }
  }
}

/** Runs at most so much work at once, the rest in turn. */
function limited(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }
}

async function post(url: string, model: string): Promise<number | undefined> {
  const response = await fetch(`${url}/api/webhook/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      version: '4',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'MnemoscopeFlood', severity: 'warning', model },
          annotations: { summary: 'A flood' },
          startsAt: new Date().toISOString(),
        },
      ],
    }),
  }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.status
}
