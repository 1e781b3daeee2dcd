import { expect, test } from '@jest/globals'
import { matching, type SearchItem } from '../../page/search-items.js'

const items: readonly SearchItem[] = [
  { kind: 'model', text: 'gpt-4o', more: '' },
  { kind: 'chart', text: 'Latency', more: '', words: 'latency' },
  {
    kind: 'alert',
    text: 'Latency of gpt-4o (search)',
    more: 'critical, firing',
    words: 'MnemoscopeLatencyCritical',
  },
  { kind: 'runbook', text: 'F1 score', more: '', words: 'f1_score' },
]

test.each([
  ['', ['gpt-4o', 'Latency', 'Latency of gpt-4o (search)', 'F1 score']],
  ['LAT', ['Latency', 'Latency of gpt-4o (search)']],
  // What begins with it comes first.
  ['gpt', ['gpt-4o', 'Latency of gpt-4o (search)']],
  ['critical lat', ['Latency of gpt-4o (search)']],
  ['runbook f1', ['F1 score']],
  ['f1_score', ['F1 score']],
  ['ency', ['Latency', 'Latency of gpt-4o (search)']],
  ['nothing', []],
])('%j finds %j', (text, names) => {
  expect(matching(items, text).map(({ item }) => item.text)).toEqual(names)
})

test('of many at most thirty are shown', () => {
  const many = Array.from({ length: 100 }, (_, i): SearchItem => ({ kind: 'model', text: `m${i}`, more: '' }))
  expect(matching(many, 'm')).toHaveLength(30)
})
