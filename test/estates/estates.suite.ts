import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('with the servers of somebody his notifications stay the same, ours arrive, and doctor names each mistake', async () => {
  const { code, figures, said } = await figuresOf('test/estates/main.ts', ['--short'], end.signal)
  expect({ code, missed: figures.filter(({ ok }) => !ok), said: code === 0 ? '' : said }).toEqual({
    code: 0,
    missed: [],
    said: '',
  })
  expect(figures.length).toBeGreaterThan(0)
}, 900_000)
