import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { storeObservations } from '../../src/alerts/store.js'
import { groupEpisodes } from '../../src/incidents/group-episodes.js'
import { groupsOf } from '../../src/incidents/grouping.js'
import { merge, split } from '../../src/incidents/people.js'
import { loadMembers } from '../../src/incidents/table.js'
import { ownDatabase } from '../plumbing/database.js'
import { config, type GivenAlert, observationOf } from './histories.js'

jest.setTimeout(500_000)

const database = ownDatabase()
const withinMs = 600_000
const ada = { by: 'ada', comment: null }

const anyAlert = fc.record({
  kpi: fc.constantFrom('f1_score', 'latency', 'memory_usage'),
  level: fc.constantFrom('warning', 'critical'),
  from: fc.integer({ min: 0, max: 180 }),
  lasts: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
})
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ alert: anyAlert, isGroupedNow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ person: fc.constantFrom('merge', 'split'), at: fc.nat() }) },
)
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never

/** Does what a person or a source does. @returns where people have put episodes */
async function happenAll(service: string, steps: readonly Step[]): Promise<void> {
  const { pool } = database
  for (const step of steps) {
    if ('alert' in step) {
      const { lasts, ...alert } = step.alert
      const given: GivenAlert = {
        ...alert,
        service,
        to: lasts === undefined ? undefined : alert.from + lasts,
      }
      await storeObservations({ pool, handlers: [] }, [observationOf(given)])
      // Sometimes two recorders at once, sometimes only after more has come.
      if (step.isGroupedNow) await Promise.all([groupEpisodes(pool, config), groupEpisodes(pool, config)])
      continue
    }
    while ((await groupEpisodes(pool, config)) > 0);
    const sets = await setsOf(service)
    const own = sets[step.at % Math.max(1, sets.length)]
    const other = sets.find((each) => each !== own)
    if (step.person === 'merge' && own && other) {
      await merge(pool, { id: own.id, other: other.id }, ada, config.kpis)
      // What was merged can be split off again: the same sets, and the same numbers.
      const back = await split(pool, { id: own.id, episodes: other.episodes }, ada, config.kpis)
      expect(back).toBe(other.id)
      expect(await setsOf(service)).toEqual(sets)
      if (step.at % 2 === 0) await merge(pool, { id: own.id, other: other.id }, ada, config.kpis)
    }
    if (step.person === 'split' && own && own.episodes.length > 1) {
      await split(pool, { id: own.id, episodes: own.episodes.slice(0, 1) }, ada, config.kpis)
    }
  }
  while ((await groupEpisodes(pool, config)) > 0);
}

async function setsOf(service: string): Promise<{ id: string; episodes: string[] }[]> {
  const { rows } = await database.pool.query<{ id: string; episodes: string[] }>(
    `SELECT incident_id AS id, array_agg(episode_id ORDER BY episode_id) AS episodes
     FROM incident_episodes JOIN alert_episodes ON alert_episodes.id = episode_id WHERE service = $1
     GROUP BY 1 ORDER BY 1`,
    [service],
  )
  return rows
}

let services = 0

test('whatever comes in whatever order, and whatever people do, incidents are what the rule makes of all episodes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 15 }), async (steps) => {
      const service = `service-${++services}`
      await happenAll(service, steps)
      const sets = await setsOf(service)
      const { rows } = await database.pool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM alert_episodes WHERE service = $1',
        [service],
      )
      expect(sets.flatMap(({ episodes }) => episodes)).toHaveLength(rows[0]?.count ?? 0)
      const client = await database.pool.connect()
      try {
        const members = await loadMembers(
          client,
          sets.map(({ id }) => id),
        )
        const pins = new Map(
          members.flatMap(({ id, incident, isPinned }) => (isPinned && incident ? [[id, incident]] : [])),
        )
        const wanted = groupsOf(members, pins, withinMs).map((group) =>
          group.members
            .map(({ id }) => Number(id))
            .sort((a, b) => a - b)
            .join(),
        )
        const stored = sets.map(({ episodes }) =>
          episodes
            .map(Number)
            .sort((a, b) => a - b)
            .join(),
        )
        expect(stored.sort()).toEqual(wanted.sort())
      } finally {
        client.release()
      }
    }),
    { numRuns: 60 },
  )
})
