import { stripVTControlCharacters } from 'node:util'
import { expect, test } from '@jest/globals'
import { type ConfigState, editNote } from '../../src/up/announce-edits.js'

const problem = {
  at: 1_800_000_000,
  code: 'CONFIG_INVALID',
  message: 'kpis: expected an object',
  next: 'Correct it.',
}
const change = { by: 'ada', summary: ['F1 score: warning threshold 0.8 → 0.85'], sha256: 'b' }
const at = (hash: string, problem: ConfigState['problem'] = null): ConfigState => ({ hash, problem })

test.each<[string, ConfigState | undefined, ConfigState, string | undefined]>([
  ['nothing at the first look', undefined, at('a'), undefined],
  ['nothing while nothing changes', at('a'), at('a'), undefined],
  [
    'an edit, with what changed',
    at('a'),
    at('b'),
    'Applied, by ada\n  F1 score: warning threshold 0.8 → 0.85',
  ],
  ['an edit whose change is not stored yet', at('a'), at('c'), 'Applied'],
  [
    'a refused edit, with the next step',
    at('a'),
    at('a', problem),
    'Not applied: CONFIG_INVALID\n  kpis: expected an object\n  Next: Correct it.',
  ],
  ['a refused edit once', at('a', problem), at('a', problem), undefined],
  ['an edit that was taken back', at('a', problem), at('a'), 'The configuration is applied again.'],
])('says %s', (_, before, now, expected) => {
  const note = editNote(before, now, change)
  expect(note && stripVTControlCharacters(note)).toBe(expected)
})

test('says at the first look why an edit of before is not applied', () => {
  expect(editNote(undefined, at('a', problem), undefined)).toContain('CONFIG_INVALID')
})
