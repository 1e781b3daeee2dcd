import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('each number that people read is what happened', async () => {
  const { code, figures, said } = await figuresOf('test/agree/main.ts', ['--short'], end.signal)
  const missed = figures.filter(({ ok }) => !ok)
  expect({ code, missed, said: missed.length === 0 && code === 0 ? '' : said }).toEqual({
    code: 0,
    missed: [],
    said: '',
  })
  const compared = figures.filter(({ name }) => name.endsWith(': compared'))
  expect(compared.length).toBeGreaterThan(20)
  expect(compared.filter(({ value }) => !value)).toEqual([])
}, 900_000)
