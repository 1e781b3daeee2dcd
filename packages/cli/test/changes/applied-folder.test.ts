import { expect, test } from '@jest/globals'
import { mergePatch } from '../../src/changes/applied-folder.js'

test.each<[string, object, object, object]>([
  ['adds settings', {}, { a: 1 }, { a: 1 }],
  ['goes into objects', { a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
  ['replaces lists', { a: [1, 2] }, { a: [3] }, { a: [3] }],
  ['replaces a value by an object', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
  ['removes a setting by null', { a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
  ['leaves no empty object behind', { a: { b: 1 } }, { a: { b: null } }, {}],
  ['adds no null if there was nothing to remove', {}, { a: { b: null } }, {}],
])('a patch merged into another %s', (_, patch, change, expected) => {
  expect(mergePatch(patch as never, change as never)).toEqual(expected)
})

test('a patch does not reach the prototype of objects', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>
  mergePatch({}, hostile as never)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})
