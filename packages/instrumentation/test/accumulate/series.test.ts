import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { anyCodePoints } from '../../../../test/harness/any-code-points.js'
import { cleanLabel, labelSet, maxLabelLength } from '../../src/accumulate/series.js'

test.each<[what: string, attributes: Record<string, string>, text: string]>([
  ['the order is kept', { b: '1', a: '2' }, 'b="1",a="2"'],
  ['special characters are escaped', { a: 'x"\\\n' }, 'a="x\\"\\\\\\n"'],
  ['invalid characters of a name become underscores', { 'a.b-c': '1', '5xx': '2' }, 'a_b_c="1",_5xx="2"'],
  ['an empty name becomes an underscore', { '': '1' }, '_="1"'],
  [
    'names that become the same label share it, ordered by name',
    { 'service.version': '2', a: '0', service_version: '3', 'service-version': '1' },
    'service_version="1;2;3",a="0"',
  ],
])('%s', (_, attributes, text) => {
  expect(labelSet(attributes)).toEqual({ attributes, text })
})

test.each([
  ['gpt-4o', 'gpt-4o'],
  ['größer "7b" \\', 'größer "7b" \\'],
  ['日本語', '日本語'],
  ['a\nb\tc\u0000\u007f\u0085', 'a_b_c___'],
  ['\ud83d', '\ufffd'],
  ['😀', '😀'],
  [`${'x'.repeat(127)}😀`, `${'x'.repeat(127)}\ufffd`],
  ['x'.repeat(129), 'x'.repeat(128)],
  ['', '_unknown'],
  [undefined, '_unknown'],
  [null, '_unknown'],
  [7, '_unknown'],
  [{ toString: () => 'model' }, '_unknown'],
])('the label %j becomes %j', (given, label) => {
  expect(cleanLabel(given)).toBe(label)
})

test('a clean label does not change, and anything becomes clean', () => {
  fc.assert(
    fc.property(fc.oneof(anyCodePoints(), fc.anything()), (given) => {
      const label = cleanLabel(given)
      expect(cleanLabel(label)).toBe(label)
      expect(label.length).toBeGreaterThan(0)
      expect(label.length).toBeLessThanOrEqual(maxLabelLength)
      expect(label).not.toMatch(/[\p{Cc}\p{Cs}]/u)
    }),
  )
})
