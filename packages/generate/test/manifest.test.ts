import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { drift, manifest, pathsOfManifest, serversOfManifest } from '../src/manifest.js'

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

test('a manifest in a merge conflict has the paths and the form of both sides', () => {
  const ours = manifest(defineConfig(), ['prometheus/rules/a.yml', 'grafana/dashboards/a.json'], 'existing')
  const [before, config = '', after] = ours.split(/^( {2}"config": .*\n)/m)
  const conflict = `${before}<<<<<<< HEAD\n${config}=======\n  "config": "b",\n>>>>>>> theirs\n${after}`
  expect(pathsOfManifest(conflict)).toEqual(pathsOfManifest(ours))
  expect(serversOfManifest(conflict)).toBe('existing')
})

test.each([
  ['no manifest', '{', []],
  ['no list', '{"files": {"a": 1}}', []],
  [
    'paths out of the project',
    JSON.stringify({ files: ['/etc/passwd', '../a', 'a/../../b', 'C:\\a', 1, 'prometheus/rules/a.yml'] }),
    ['prometheus/rules/a.yml'],
  ],
])('a manifest gives no paths where it is or has %s', (_, text, paths) => {
  expect(pathsOfManifest(text)).toEqual(paths)
})
