import { readFileSync } from 'node:fs'
import type { Pool } from 'pg'

/** Compares the transitions that are stored with what the handler wrote down. */
export async function verifyDeliveries(pool: Pool, handlerFile: string) {
  const { rows: transitions } = await pool.query<{ id: number; episode: string }>(
    'SELECT id::float8 AS id, episode_id::text AS episode FROM alert_transitions ORDER BY id',
  )
  const { rows: queue } = await pool.query<{ dead: number }>(
    'SELECT count(dead_at)::int AS dead FROM deliveries',
  )
  const delivered = readFileSync(handlerFile, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id: number })
  const firstDelivery = new Map<number, number>()
  for (const [i, { id }] of delivered.entries()) if (!firstDelivery.has(id)) firstDelivery.set(id, i)

  const examples: string[] = []
  const undelivered = transitions.filter(({ id }) => !firstDelivery.has(id))
  for (const { id, episode } of undelivered)
    examples.push(`transition ${id} of episode ${episode} was never delivered`)
  const newest = new Map<string, number>()
  let outOfOrder = 0
  for (const { id, episode } of transitions) {
    const position = firstDelivery.get(id)
    if (position === undefined) continue
    if (position < (newest.get(episode) ?? -1)) {
      outOfOrder++
      examples.push(`transition ${id} of episode ${episode} was delivered after a later one`)
    }
    newest.set(episode, Math.max(position, newest.get(episode) ?? -1))
  }
  return {
    transitions: transitions.length,
    undelivered: undelivered.length,
    outOfOrder,
    again: delivered.length - firstDelivery.size,
    dead: queue[0]?.dead ?? Number.NaN,
    examples,
  }
}
