import { expect, jest, test } from '@jest/globals'
import { startLoop } from '../src/loop.js'
import { waitFor } from './plumbing/wait-for.js'

test('a run that throws is told and ends nothing: the next one is healthy', async () => {
  let runs = 0
  const errors: unknown[] = []
  const loop = startLoop({
    next: (now) => now + 1,
    run: async () => {
      if (++runs < 3) throw new Error(`run ${runs}`)
    },
    onError: (error) => errors.push(error),
  })
  await waitFor(() => loop.lastHealthyAt)
  await loop.stop()
  expect(errors.map(String)).toEqual(['Error: run 1', 'Error: run 2'])
})

test('a loop in which nothing works is never healthy', async () => {
  let runs = 0
  const loop = startLoop({
    next: (now) => now + 1,
    run: async () => {
      runs++
      throw new Error('no')
    },
    onError: () => undefined,
  })
  await waitFor(() => runs > 3)
  expect(loop.lastHealthyAt).toBeUndefined()
  await loop.stop()
})

test('stopping waits for the run under way and starts no other', async () => {
  let finish = () => {}
  let runs = 0
  let isFinished = false
  const loop = startLoop({
    next: (now) => now,
    run: async () => {
      runs++
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      isFinished = true
    },
    onError: () => undefined,
  })
  await waitFor(() => runs === 1)
  const stopped = loop.stop()
  finish()
  await stopped
  expect({ runs, isFinished }).toEqual({ runs: 1, isFinished: true })
})

test('a clock that is set back does not make the loop wait until it is caught up', async () => {
  const realNow = Date.now
  let ahead = 7_200_000
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead)
  let runs = 0
  const loop = startLoop({
    next: (now) => now + 20,
    run: async () => {
      runs++
    },
    onError: () => undefined,
  })
  await waitFor(() => runs > 0)
  ahead = 0
  const before = runs
  await waitFor(() => runs > before + 1)
  await loop.stop()
  clock.mockRestore()
})
