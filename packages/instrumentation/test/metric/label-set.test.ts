import { expect, test } from '@jest/globals'
import { labelSet } from '../../src/metric/label-set.js'

test.each<[what: string, attributes: Record<string, string>, text: string]>([
  ['order is kept', { b: '1', a: '2' }, 'b="1",a="2"'],
  ['what a text can not hold is escaped', { a: 'x"\\\n' }, 'a="x\\"\\\\\\n"'],
  ['what a label can not be called becomes underscores', { 'a.b-c': '1', '5xx': '2' }, 'a_b_c="1",_5xx="2"'],
  ['a name that is none becomes one', { '': '1' }, '_="1"'],
  [
    'names that become one label share it, ordered by name',
    { 'service.version': '2', a: '0', service_version: '3', 'service-version': '1' },
    'service_version="1;2;3",a="0"',
  ],
])('%s', (_, attributes, text) => {
  expect(labelSet(attributes)).toEqual({ attributes, text })
})
