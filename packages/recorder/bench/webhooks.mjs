/** Alertmanager at its worst: many notifications a second while the database stands still for a while. */
import { figure, progress } from './figures.mjs'

const mostConnections = 200

export async function floodWebhook({ pool, url, seconds, perSecond, stallSeconds }) {
  progress(
    `${perSecond} notifications a second for ${seconds} s, the database stalled for ${stallSeconds} s …`,
  )
  const before = process.memoryUsage().rss
  let greatest = before
  let acknowledgedInStall = 0
  let isStalled = false
  let free = mostConnections
  const waiting = []
  const pending = []
  const start = Date.now()
  const client = await pool.connect()
  const stall = stallAfter((seconds / 2) * 1_000)
  for (let tick = 0; tick < seconds * 20; tick++) {
    const due = start + tick * 50
    const wait = due - Date.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    for (let i = 0; i < perSecond / 20; i++) pending.push(notify(`flood-${tick}-${i}`))
    greatest = Math.max(greatest, process.memoryUsage().rss)
  }
  const sent = pending.length
  const tries = await Promise.all(pending)
  await stall
  const { rows } = await pool.query(
    "SELECT count(*)::int AS n FROM alert_episodes WHERE model LIKE 'flood-%'",
  )
  figure('alerts sent', sent, 'alerts')
  figure('alerts stored', rows[0].n, 'alerts', { atLeast: sent })
  figure('acknowledged while the database stood still', acknowledgedInStall, 'alerts', { atMost: 0 })
  figure('notifications sent again', tries.filter((count) => count > 1).length, 'notifications')
  figure('memory at the worst', (greatest - before) / 2 ** 20, 'MiB more', { atMost: 512 })

  async function stallAfter(ms) {
    await new Promise((resolve) => setTimeout(resolve, ms))
    await client.query('BEGIN; LOCK TABLE alert_episodes IN ACCESS EXCLUSIVE MODE')
    isStalled = true
    await new Promise((resolve) => setTimeout(resolve, stallSeconds * 1_000))
    isStalled = false
    await client.query('COMMIT')
    client.release()
  }

  /** Waits for one of the connections, of which a sender has not endlessly many. */
  async function connection() {
    if (free > 0) free--
    else await new Promise((resolve) => waiting.push(resolve))
  }

  function release() {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }

  /** Sends until it is acknowledged, as Alertmanager does. @returns how often it was sent */
  async function notify(model) {
    for (let tries = 1; ; tries++) {
      await connection()
      const wasStalled = isStalled
      const status = await post(model).finally(release)
      if (status === 200) {
        if (wasStalled && isStalled) acknowledgedInStall++
        return tries
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 250 * 2 ** tries)))
    }
  }

  async function post(model) {
    const response = await fetch(`${url}/api/webhook/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        version: '4',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'Flood', severity: 'warning', model },
            annotations: { summary: 'A flood' },
            startsAt: new Date().toISOString(),
          },
        ],
      }),
    }).catch(() => undefined)
    await response?.body?.cancel()
    return response?.status
  }
}
