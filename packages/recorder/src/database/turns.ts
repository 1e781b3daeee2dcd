import type pg from 'pg'

/** Share of a pool's connections that may hold a lock: the others do the work, and store what is received meanwhile. */
const lockShare = 0.6

/** How many connections of a pool may hold a lock at once, and how many of them by work that can wait. */
export function lockPlaces(connections: number): { all: number; patient: number } {
  const all = Math.max(1, Math.floor(connections * lockShare))
  return { all, patient: Math.max(1, all - 1) }
}

interface Turns {
  urgent: number
  patient: number
  readonly waiting: { readonly isUrgent: boolean; readonly begin: () => void }[]
}

const turnsOf = new WeakMap<pg.Pool, Turns>()

/**
 * Waits until a lock may take a connection of the pool. With few connections, work that holds one would otherwise leave
 * none for itself. One place is kept for urgent work, where there are two.
 * @returns ends the turn
 */
export async function takeTurn(pool: pg.Pool, isUrgent: boolean): Promise<() => void> {
  const turns = turnsOf.get(pool) ?? { urgent: 0, patient: 0, waiting: [] }
  turnsOf.set(pool, turns)
  const places = lockPlaces(pool.options.max)
  const kind = isUrgent ? 'urgent' : 'patient'
  const isFree = (wanted: boolean) =>
    turns.urgent + turns.patient < places.all && (wanted || turns.patient < places.patient)
  const next = () => {
    for (const wanted of [true, false]) {
      const place = turns.waiting.findIndex((each) => each.isUrgent === wanted)
      if (place >= 0 && isFree(wanted)) turns.waiting.splice(place, 1)[0]?.begin()
    }
  }
  if (isFree(isUrgent)) turns[kind]++
  else {
    await new Promise<void>((resolve) => {
      const begin = () => {
        turns[kind]++
        resolve()
      }
      turns.waiting.push({ isUrgent, begin })
    })
  }
  return () => {
    turns[kind]--
    next()
  }
}
