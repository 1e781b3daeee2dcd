import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

/** The fault run in short form; `npm run faults` is the long one. */
const faults = 8

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('after kills, broken connections, a full disk and wrong clocks nothing is lost and nothing is doubled', async () => {
  const args = ['--faults', String(faults), '--seed', '1']
  const { code, figures, said } = await figuresOf('test/faults/main.ts', args, end.signal)
  const found = { code, missed: figures.filter(({ ok }) => !ok), said: code === 0 ? '' : said }
  expect(found).toEqual({ code: 0, missed: [], said: '' })
  const values = new Map(figures.map(({ name, value }) => [name, value]))
  expect(values.get('faults')).toBe(faults)
  expect(values.get('breaches')).toBeGreaterThan(0)
  expect(values.get('transitions')).toBeGreaterThan(0)
}, 900_000)
