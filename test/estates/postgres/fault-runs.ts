import { type DatabaseWay, databaseWays } from '../../faults/database-way.js'
import { type Figure, figuresOf } from '../../harness/figures.js'
import { findPgBouncer } from './pgbouncer.js'

const faults = 8
const titles: Readonly<Record<Exclude<DatabaseWay, 'direct'>, string>> = {
  pgbouncer: 'PgBouncer in transaction mode',
  tls: 'TLS with a private CA',
  few: 'a role with 5 connections',
}

/** The fault run's short form through each kind of Postgres: what was lost, doubled or otherwise not as it should be. */
export async function databaseFaults(say: (text: string) => void): Promise<Figure[]> {
  const found: Figure[] = []
  for (const way of databaseWays) {
    if (way === 'direct') continue
    const name = `fault run, ${titles[way]}: figures that are not as they should be`
    const pgbouncer = way === 'pgbouncer' ? await findPgBouncer() : undefined
    if (pgbouncer?.isThere === false) {
      say(pgbouncer.reason)
      found.push({ name, value: null, unit: 'figures', goal: 0, ok: false })
      continue
    }
    const args = ['--faults', String(faults), '--seed', '1', '--database', way]
    const { code, figures, said } = await figuresOf('test/faults/main.ts', args)
    const missed = figures.filter(({ ok }) => !ok)
    for (const { name: missing, value, unit } of missed) say(`${titles[way]}: ${missing}: ${value} ${unit}`)
    const isComplete = code === 0 && figures.length > 0
    if (!isComplete) say(said)
    found.push({
      name,
      value: isComplete || missed.length > 0 ? missed.length : null,
      unit: 'figures',
      goal: 0,
      ok: isComplete,
    })
  }
  return found
}
