import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { generationsIn, mergePatch, readPatch } from '../../src/changes/applied-folder.js'

const folder = temporaryFolder('applied-folder')
afterAll(() => folder.remove())

test('a first generation that was made by hand, as docs/changing-configuration.md says, is the active one', () => {
  mkdirSync(join(folder.path, 'generations/000001'), { recursive: true })
  writeFileSync(join(folder.path, 'generations/000001/a.yml'), 'a: 1')
  symlinkSync('generations/000001', join(folder.path, 'current'))
  const generations = generationsIn(folder.path)
  expect(generations.active()).toBe('000001')
  expect(generations.read('000001', 'a.yml')).toBe('a: 1')
  const next = generations.add(new Map([['a.yml', 'a: 2']]))
  expect(next).toBe('000002')
  generations.activate(next)
  expect(generations.active()).toBe(next)
})

test('old generations are removed, but never the active one, however old it is', () => {
  const generations = generationsIn(join(folder.path, 'many'))
  const names = Array.from({ length: 8 }, (_, n) => generations.add(new Map([['a.yml', `a: ${n}`]])))
  // As after a change that was rolled back.
  generations.activate(names[0] as string)
  generations.prune()
  const kept = names.filter((name) => generations.read(name, 'a.yml') !== undefined)
  expect(kept).toEqual([names[0], ...names.slice(3)])
  expect(generations.active()).toBe(names[0])
})

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

test('a patch file with a setting that a patch may not have is refused, with the file and the setting', () => {
  const file = join(folder.path, 'patch.json')
  writeFileSync(file, JSON.stringify({ handlers: { f: { file: '/canary' } } }))
  expect(() => readPatch(folder.path)).toThrow(
    expect.objectContaining({
      code: 'PATCH_REFUSED',
      value: 'handlers',
      next: expect.stringContaining(file),
    }),
  )
})
