import { expect, test } from '@jest/globals'
import { partEvents } from '../src/up/part-events.js'

test('a part that runs again is told, and written down', () => {
  const notes: string[] = []
  let written = 0
  partEvents({ note: (text) => notes.push(text) }, () => written++).restarted('postgres', 42)
  expect(notes).toEqual(['  ✓ postgres runs again (process 42)'])
  expect(written).toBe(1)
})

test('a disk too full to write it down does not end the other parts', () => {
  const notes: string[] = []
  const events = partEvents({ note: (text) => notes.push(text) }, () => {
    throw new Error('ENOSPC: no space left on device')
  })
  events.restarted('postgres', 42)
  expect(notes.join('\n')).toContain('no space left on device')
})
