import { readFileSync } from 'node:fs'

/** Compares the transitions that are stored with what the handler wrote down. */
export async function verifyDeliveries(pool, handlerFile) {
  const { rows: transitions } = await pool.query(
    'SELECT id::float8 AS id, episode_id::text AS episode FROM alert_transitions ORDER BY id',
  )
  const { rows: queue } = await pool.query(
    'SELECT count(*)::int AS waiting, count(dead_at)::int AS dead FROM deliveries',
  )
  const told = readFileSync(handlerFile, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const firstTold = new Map()
  for (const [i, { id }] of told.entries()) if (!firstTold.has(id)) firstTold.set(id, i)

  const examples = []
  const untold = transitions.filter(({ id }) => !firstTold.has(id))
  for (const { id, episode } of untold)
    examples.push(`transition ${id} of episode ${episode} was never delivered`)
  const newest = new Map()
  let outOfOrder = 0
  for (const { id, episode } of transitions) {
    const position = firstTold.get(id)
    if (position === undefined) continue
    if (position < (newest.get(episode) ?? -1)) {
      outOfOrder++
      examples.push(`transition ${id} of episode ${episode} was delivered after a later one`)
    }
    newest.set(episode, Math.max(position, newest.get(episode) ?? -1))
  }
  return {
    transitions: transitions.length,
    undelivered: untold.length,
    outOfOrder,
    again: told.length - firstTold.size,
    waiting: queue[0].waiting - queue[0].dead,
    dead: queue[0].dead,
    examples,
  }
}
