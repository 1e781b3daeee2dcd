import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { areLinked, type Group, groupsOf, keepIncidents, type Member } from '../../src/incidents/grouping.js'

const minute = 60_000
const within = 10 * minute

/** An episode: its alert, when it began and when it ended, in minutes; it fires where the end is left out. */
function episode(id: string, alert: string, start: number, end?: number, service = 'memory'): Member {
  return {
    id,
    owner: service,
    alert,
    startsAt: start * minute,
    endsAt: end === undefined ? undefined : end * minute,
  }
}

const setsOf = (groups: readonly Group[]) =>
  groups
    .map(({ members }) =>
      members
        .map(({ id }) => Number(id))
        .sort((a, b) => a - b)
        .join(),
    )
    .sort()

test.each<[what: string, members: Member[], sets: string[]]>([
  ['no episode', [], []],
  ['one', [episode('1', 'f1', 0)], ['1']],
  ['two KPIs, ten minutes apart', [episode('1', 'f1', 0, 1), episode('2', 'latency', 10)], ['1,2']],
  ['two KPIs, eleven minutes apart', [episode('1', 'f1', 0), episode('2', 'latency', 11)], ['1', '2']],
  [
    'a chain',
    [episode('1', 'f1', 0, 1), episode('2', 'latency', 9, 10), episode('3', 'memory', 18, 19)],
    ['1,2,3'],
  ],
  ['two services at once', [episode('1', 'f1', 0), episode('2', 'f1', 0, undefined, 'other')], ['1', '2']],
  ['an alert that gets worse after hours', [episode('1', 'f1', 0), episode('2', 'f1', 300)], ['1,2']],
  ['an alert that comes back in time', [episode('1', 'f1', 0, 100), episode('2', 'f1', 110)], ['1,2']],
  ['an alert that comes back later', [episode('1', 'f1', 0, 100), episode('2', 'f1', 111)], ['1', '2']],
  [
    'an alert that gets worse while a short one of it is over',
    [episode('1', 'f1', 0, 100), episode('2', 'f1', 12, 13), episode('3', 'f1', 90, 95)],
    ['1,2,3'],
  ],
  [
    'what joins two later',
    [episode('1', 'f1', 0, 1), episode('2', 'latency', 20, 21), episode('3', 'memory', 10, 11)],
    ['1,2,3'],
  ],
])('of %s', (_, members, sets) => {
  expect(setsOf(groupsOf(members, new Map(), within))).toEqual(sets)
})

test.each<[what: string, members: Member[], pins: [string, string][], sets: string[]]>([
  [
    'what a person has split stays apart',
    [episode('1', 'f1', 0), episode('2', 'latency', 1)],
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    ['1', '2'],
  ],
  [
    'what a person has merged stays together',
    [episode('1', 'f1', 0, 1), episode('2', 'latency', 500, 501, 'other')],
    [
      ['1', 'a'],
      ['2', 'a'],
    ],
    ['1,2'],
  ],
  [
    'a new alert joins the nearer part',
    [
      episode('1', 'f1', 0),
      episode('2', 'latency', 4),
      episode('3', 'memory', 6),
      episode('4', 'memory', 12),
    ],
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    ['1', '2,3,4'],
  ],
  [
    'of two as near, the earlier',
    [episode('1', 'f1', 0), episode('2', 'latency', 4), episode('3', 'memory', 2)],
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
    ['1,3', '2'],
  ],
  [
    'what is far stays on its own',
    [episode('1', 'f1', 0), episode('2', 'latency', 40)],
    [['1', 'a']],
    ['1', '2'],
  ],
])('%s', (_, members, pins, sets) => {
  expect(setsOf(groupsOf(members, new Map(pins), within))).toEqual(sets)
})

const anyMembers = fc
  .array(
    fc.record({
      service: fc.constantFrom('a', 'b'),
      alert: fc.constantFrom('f1', 'latency', 'memory'),
      start: fc.integer({ min: 0, max: 200 }),
      length: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      pin: fc.option(fc.constantFrom('101', '102'), { nil: undefined, freq: 4 }),
    }),
    { maxLength: 25 },
  )
  .map((all) => ({
    members: all.map(({ service, alert, start, length }, i) =>
      episode(String(i + 1), alert, start, length === undefined ? undefined : start + length, service),
    ),
    pins: new Map(all.flatMap(({ pin }, i) => (pin === undefined ? [] : [[String(i + 1), pin] as const]))),
  }))

test('each episode is in exactly one group, where a person has put it if one has, in whatever order they come', () => {
  fc.assert(
    fc.property(anyMembers, fc.infiniteStream(fc.nat()), ({ members, pins }, keys) => {
      const groups = groupsOf(members, pins, within)
      expect(groups.flatMap((group) => group.members.map(({ id }) => id)).sort()).toEqual(
        members.map(({ id }) => id).sort(),
      )
      for (const { pinned, members: own } of groups) {
        for (const { id } of own) if (pins.has(id)) expect(pins.get(id)).toBe(pinned)
      }
      const shuffled = members
        .map((member) => ({ member, key: keys.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ member }) => member)
      expect(setsOf(groupsOf(shuffled, pins, within))).toEqual(setsOf(groups))
    }),
  )
})

test('without people, groups are what pairs that are linked make: no pair between two groups is', () => {
  fc.assert(
    fc.property(anyMembers, ({ members }) => {
      const groups = groupsOf(members, new Map(), within)
      const groupOf = new Map(groups.flatMap((group, i) => group.members.map(({ id }) => [id, i] as const)))
      for (const a of members) {
        for (const b of members) {
          if (areLinked(a, b, within)) expect(groupOf.get(a.id)).toBe(groupOf.get(b.id))
        }
      }
      // And none is larger than need be: from its first episode, links lead to each.
      for (const { members: own } of groups) {
        const reached = new Set([own[0]])
        for (const from of reached) {
          for (const to of own) if (from && areLinked(from, to, within)) reached.add(to)
        }
        expect(reached.size).toBe(own.length)
      }
    }),
  )
})

test('whatever is learned, incidents keep their numbers: none is two groups, and none is lost', () => {
  fc.assert(
    fc.property(anyMembers, ({ members, pins }) => {
      const stored = new Map<string, string>()
      let numbers = 200
      for (let known = 1; known <= members.length; known++) {
        const before = new Map(stored)
        const { kept, absorbed } = keepIncidents(groupsOf(members.slice(0, known), pins, within), stored)
        const incidents = kept.map(({ incident }) => incident ?? String(numbers++))
        expect(new Set(incidents).size).toBe(incidents.length)
        kept.forEach(({ group }, i) => {
          for (const { id } of group.members) stored.set(id, incidents[i] as string)
        })
        for (const incident of before.values()) {
          expect(incidents.includes(incident) || absorbed.has(incident)).toBe(true)
        }
        // Asked again, nothing changes.
        const again = keepIncidents(groupsOf(members.slice(0, known), pins, within), stored)
        expect(again.absorbed.size).toBe(0)
        for (const { group, incident } of again.kept) {
          for (const { id } of group.members) expect(stored.get(id)).toBe(incident)
        }
      }
    }),
    { numRuns: 50 },
  )
})
