import { describe, expect, test } from '@jest/globals'
import { drift } from '../src/drift.js'

describe('drift', () => {
  test('is nothing where every file is as generated', () => {
    const files = new Map([['a', '1']])
    expect(drift(files, new Map(files))).toEqual([])
  })

  test('names files that are missing, changed, and there without a reason', () => {
    const expected = new Map([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ])
    const found = new Map([
      ['b', '2 edited'],
      ['c', '3'],
      ['d', '4'],
    ])
    expect(drift(expected, found)).toEqual([
      { path: 'a', kind: 'missing' },
      { path: 'b', kind: 'changed' },
      { path: 'd', kind: 'extra' },
    ])
  })
})
