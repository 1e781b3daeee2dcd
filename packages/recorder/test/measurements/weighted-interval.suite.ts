import { expect, test } from '@jest/globals'
import { randomOf } from '../plumbing/autoregressive.js'
import { ownDatabase } from '../plumbing/database.js'
import { all, sample } from './sampled.js'

const database = ownDatabase()

test('the interval holds the true median in 95 of 100 samples, also of small ones', async () => {
  const uniform = randomOf(11)
  const some = all.slice(0, 2_000)
  const median = some.toSorted((a, b) => a - b)[some.length / 2 - 1] as number
  for (const sampling of [0.2, 0.05]) {
    const samples = Array.from({ length: 300 }, () => sample(sampling, uniform, some))
    const { rows } = await database.pool.query<{ low: number | null; high: number | null }>(
      `SELECT low, high FROM unnest($1::text[], $2::text[]) AS each (given, weights),
         weighted_quantile(each.given::float8[], each.weights::float8[], 0.5)`,
      [
        samples.map((kept) => `{${kept.map(({ value }) => value)}}`),
        samples.map((kept) => `{${kept.map(({ weight }) => weight)}}`),
      ],
    )
    const held = rows.filter(({ low, high }) => (low ?? 0) <= median && median <= (high ?? 99))
    expect(held.length / rows.length).toBeGreaterThanOrEqual(0.92)
    expect(held.length / rows.length).toBeLessThanOrEqual(0.985)
  }
})
