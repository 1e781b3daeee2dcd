import { expect, test } from '@jest/globals'
import { keepFigure } from '../../harness/figures.js'
import { figuresOf, table, tell } from '../live.js'
import { longPace } from '../pace.js'

test('every seeded breach alerts and resolves at any rate of traffic, an hour being a minute', async () => {
  const told = await tell(longPace)
  process.stderr.write(`${table(told)}\n`)
  const figures = figuresOf(told)
  figures.forEach(keepFigure)
  expect(figures.filter(({ ok }) => !ok)).toEqual([])
}, 900_000)
