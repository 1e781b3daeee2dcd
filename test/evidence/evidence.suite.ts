import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('an alert leads to its cause, and names none where there is none', async () => {
  const { code, figures } = await figuresOf(
    'test/evidence/main.ts',
    ['--short', '--only', 'causes'],
    end.signal,
  )
  expect({ code, missed: figures.filter(({ ok }) => !ok), measured: figures.length }).toEqual({
    code: 0,
    missed: [],
    measured: 3,
  })
}, 180_000)

test('pull requests get the verdict of a human', async () => {
  const { code, figures, said } = await figuresOf(
    'test/evidence/main.ts',
    ['--only', 'pull-requests'],
    end.signal,
  )
  expect({ code, missed: figures.filter(({ ok }) => !ok), measured: figures.length, said }).toEqual({
    code: 0,
    missed: [],
    measured: 2,
    said: expect.any(String),
  })
}, 900_000)

test('an assistant on call gets the facts, and nothing that is not allowed', async () => {
  const { code, figures, said } = await figuresOf(
    'test/evidence/main.ts',
    ['--only', 'assistant'],
    end.signal,
  )
  expect({ code, missed: figures.filter(({ ok }) => !ok), measured: figures.length, said }).toEqual({
    code: 0,
    missed: [],
    measured: 2,
    said: '',
  })
}, 300_000)

// One figure of today's Alertmanager only where it is built.
test('an alert that is over says who was notified of it, or why nobody was', async () => {
  const { code, figures, said } = await figuresOf(
    'test/evidence/main.ts',
    ['--short', '--only', 'notified'],
    end.signal,
  )
  expect({ code, missed: figures.filter(({ ok }) => !ok), said }).toEqual({
    code: 0,
    missed: [],
    said: expect.any(String),
  })
  expect(figures.length).toBeGreaterThanOrEqual(1)
}, 900_000)
