import { describe, expect, test } from '@jest/globals'
import { deploymentsAmong, type KnownService, type Sighting } from '../../src/deployments/versions.js'

const minute = 60_000

/** Sightings of one service from a drawing: a letter for each version that is there, one column a minute. */
function seen(
  rows: Readonly<Record<string, string>>,
  starts: Readonly<Record<string, number[]>> = {},
): Sighting[] {
  return Object.entries(rows)
    .flatMap(([version, row]) =>
      [...row].flatMap((mark, i): Sighting[] => {
        const at = i * minute
        const startedAt = (starts[version] ?? []).findLast((start) => start <= at)
        return mark === '.' ? [] : [{ service: 'memory', version, at, startedAt }]
      }),
    )
    .toSorted((a, b) => a.at - b.at)
}

const knowing = (deployed: string, last: Readonly<Record<string, number>>): Map<string, KnownService> =>
  new Map([['memory', { deployed, seen: new Map(Object.entries(last)) }]])

describe('a deployment is', () => {
  test.each<[string, Sighting[], [string, string | undefined, number][], Map<string, KnownService>?]>([
    ['the first version, with none before it', seen({ v1: 'xxx' }), [['v1', undefined, 0]]],
    [
      'another version after it, from the start of its process on',
      seen({ v1: 'xxx...', v2: '...xxx' }, { v2: [2.5 * minute] }),
      [
        ['v1', undefined, 0],
        ['v2', 'v1', 2.5 * minute],
      ],
    ],
    [
      'one while old processes are replaced one by one',
      seen({ v1: 'xxxxxxxx..', v2: '...xxxxxxx' }),
      [
        ['v1', undefined, 0],
        ['v2', 'v1', 3 * minute],
      ],
    ],
    [
      'a return to the version before',
      seen({ v1: 'xx.....xx', v2: '..xxxxx..' }),
      [
        ['v1', undefined, 0],
        ['v2', 'v1', 2 * minute],
        ['v1', 'v2', 7 * minute],
      ],
    ],
    ['none when a known version goes on', seen({ v1: 'xxx' }), [], knowing('v1', { v1: -minute })],
    [
      'none when all was away',
      seen({ v1: '.......xx', v2: '.......xx' }),
      [],
      knowing('v2', { v1: 0, v2: 0 }),
    ],
    [
      'none when scrapes of one of two failed',
      seen({ v1: 'x.x', v2: 'xxx' }),
      [],
      knowing('v2', { v1: 0, v2: 0 }),
    ],
    [
      'none when the very same processes are seen again',
      seen({ v1: 'x.......x', v2: 'xxxxxxxxx' }, { v1: [-minute] }),
      [],
      knowing('v2', { v1: 0, v2: 0 }),
    ],
    ['none when it was reported before', seen({ v2: 'xx' }), [], knowing('v2', { v1: 0 })],
  ])('%s', (_, sightings, expected, known = new Map()) => {
    expect(deploymentsAmong(known, sightings)).toEqual(
      expected.map(([version, previous, at]) => ({ service: 'memory', version, previous, at })),
    )
  })

  test('of one service only', () => {
    const sightings = [
      { service: 'a', version: '1', at: 0, startedAt: undefined },
      { service: 'b', version: '2', at: minute, startedAt: undefined },
    ]
    expect(deploymentsAmong(new Map(), sightings).map(({ previous }) => previous)).toEqual([
      undefined,
      undefined,
    ])
  })
})
