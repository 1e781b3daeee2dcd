import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

/** Units of figures that depend on the machine and what else it does, as no test may. */
const ofTheMachine = ['ms', 's', '%']

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('faults that are planted in a store are found at their rates, with right examples and in little memory', async () => {
  const { figures, said } = await figuresOf('test/memory/main.ts', ['--short'], end.signal)
  const missed = figures.filter(({ ok, unit }) => !ok && !ofTheMachine.includes(unit))
  expect({ missed, said: missed.length === 0 ? '' : said }).toEqual({ missed: [], said: '' })
  expect(figures.filter(({ unit }) => unit === 'points')).toHaveLength(6)
}, 300_000)
