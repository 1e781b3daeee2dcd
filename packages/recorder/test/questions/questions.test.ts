import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import { ownDatabase } from '../plumbing/database.js'
import type { Row } from './counted.js'
import { now } from './raw-rows.js'
import { storeRows } from './store-rows.js'
import { truthsOfEvents } from './truths-of-events.js'
import { truthsOfValues } from './truths-of-values.js'

const page = readFileSync(new URL('../../../../docs/sql.md', import.meta.url), 'utf8')
const queries = [...page.matchAll(/^### (\d+)\. (.+)\n\n```sql\n([\s\S]+?)```\n\n\S/gm)]
const truths = { ...truthsOfValues, ...truthsOfEvents }
const database = ownDatabase()

beforeAll(() => storeRows(database.pool), 60_000)

test('the page has 20 questions, each with its query and how to read the answer', () => {
  expect(queries.map(([, number]) => Number(number))).toEqual(Object.keys(truths).map(Number))
  expect(queries).toHaveLength(20)
})

test.each(queries.map(([, number, title, query]) => [number, title, query]))(
  '%s. %s',
  async (number, _, query) => {
    const client = await database.pool.connect()
    try {
      await client.query("SET TIME ZONE 'UTC'")
      const { rows } = await client.query(
        (query ?? '').replaceAll(/\bnow\(\)/g, `'${new Date(now).toISOString()}'::timestamptz`),
      )
      const truth = truths[Number(number)]?.() ?? []
      expect(truth.length).toBeGreaterThan(0)
      expect(rows.map(comparable)).toEqual(truth.map(comparable))
    } finally {
      client.release()
    }
  },
)

/** Numbers in nine digits: sums of floats depend on their order. */
function comparable(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const plain =
        value instanceof Date
          ? value.getTime()
          : typeof value === 'string' && /^\d+$/.test(value)
            ? Number(value)
            : value
      if (name === 'p_value') return [name, Number(plain) < 0.001]
      return [name, typeof plain === 'number' ? Number(plain.toPrecision(9)) : plain]
    }),
  )
}
