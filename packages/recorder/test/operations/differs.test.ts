import { describe, expect, test } from '@jest/globals'
import { differenceText, metadataTexts } from '../../page/operation-lines.js'
import { type Compared, whatDiffers } from '../../src/operations/differs.js'

/** Numbers from 0 to 1, the same in each run: a linear congruential generator. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const of = (attributes: Compared['attributes'], weight = 1): Compared => ({ attributes, weight })
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i))

describe('what bad operations have more often', () => {
  test.each([
    ['no bad ones', [], times(50, () => of({ a: 1 })), []],
    ['no others', times(50, () => of({ a: 1 })), [], []],
    ['two bad ones, however clear', times(2, () => of({ a: 'x' })), times(99, () => of({ a: 'y' })), []],
    ['the same on both sides', times(40, () => of({ a: 'x' })), times(40, () => of({ a: 'x' })), []],
    [
      'a value of all bad ones and of no other',
      times(8, () => of({ a: 'x' })),
      times(30, () => of({ a: 'y' })),
      ['a x'],
    ],
    ['a key that others lack', times(8, () => of({ a: true })), times(30, () => of({})), ['a true']],
    ['a number with few values', times(9, () => of({ k: 2 })), times(30, (i) => of({ k: i % 6 })), ['k 2']],
    [
      'a number with many values',
      times(30, (i) => of({ n: 900 + i })),
      times(90, (i) => of({ n: i })),
      ['n ≥ 900'],
    ],
    // Five that stand for a hundred operations each say no more than five.
    [
      'few others that stand for many',
      times(3, () => of({ a: 'x' })),
      times(5, () => of({ a: 'y' }, 100)),
      [],
    ],
    [
      'names of a prototype',
      times(9, () => of({ constructor: 'x' })),
      times(30, () => of({})),
      ['constructor x'],
    ],
    // Ten or more by chance: 0.0108; exactly ten: 0.0089.
    [
      'a share that chance exceeds too often',
      times(20, (i) => of(i < 10 ? { a: 'x' } : {})),
      times(40, (i) => of(i < 7 ? { a: 'x' } : {})),
      [],
    ],
    [
      'a share that is certainly larger, and hardly',
      times(1_000, (i) => of(i < 600 ? { a: 'x' } : {})),
      times(1_000, (i) => of(i < 450 ? { a: 'x' } : {})),
      [],
    ],
  ] as const)('%s', (_, bad, others, expected) => {
    expect(whatDiffers(bad, others).map(({ key, value }) => `${key} ${value}`)).toEqual(expected)
  })

  test('counts operations, not what was kept of them', () => {
    const bad = times(20, (i) => of({ tenant: i < 15 ? 'acme' : 'b' }))
    const others = times(40, (i) => of({ tenant: i < 4 ? 'acme' : 'b' }, 10))
    expect(whatDiffers(bad, others)).toEqual([
      { key: 'tenant', value: 'acme', bad: 15, of_bad: 20, others: 40, of_others: 400 },
    ])
  })

  test('the surest comes first, and at most five are named', () => {
    const all = Object.fromEntries(times(9, (i) => [`k${i}`, 'x']))
    const bad = times(40, (i) => of(i < 30 ? { ...all, sure: 'x' } : { sure: 'x' }))
    const found = whatDiffers(
      bad,
      times(60, () => of({ sure: 'y' })),
    )
    expect([found.length, found[0]?.key]).toEqual([5, 'sure'])
  })

  test('of 300 times in which nothing differs, something is named in at most one percent and three standard errors', () => {
    const random = randomFrom(1)
    const pick = (names: string) => names[Math.floor(random() * names.length)] as string
    const operation = () =>
      of({
        tenant: pick('aaaabbcdefgh'),
        region: pick('xyz'),
        tokens: Math.floor(random() * 1_000),
        cached: random() < 0.5,
      })
    const named = times(300, () => whatDiffers(times(30, operation), times(120, operation))).filter(
      ({ length }) => length > 0,
    )
    expect(named.length).toBeLessThanOrEqual(300 * 0.01 + 3 * Math.sqrt(300 * 0.01 * 0.99))
  })

  test('of 100 times with a planted cause among chance, it is named first', () => {
    const random = randomFrom(2)
    const first = times(100, () => {
      const operation = () => ({
        tenant: `t${Math.floor(random() * 8)}`,
        region: random() < 0.3 ? 'south' : 'north',
      })
      const all = times(300, () => {
        const attributes = operation()
        const isBad = random() < (attributes.tenant === 't3' ? 0.8 : 0.03)
        return { isBad, compared: of(attributes) }
      })
      const side = (isBad: boolean) =>
        all.filter((each) => each.isBad === isBad).map(({ compared }) => compared)
      const [found] = whatDiffers(side(true), side(false))
      return `${found?.key} ${found?.value}`
    })
    expect(first.filter((each) => each === 'tenant t3').length).toBe(100)
  })
})

test('texts for people: an empty value is seen, and a long one hides nothing else', () => {
  const counts = { bad: 3, of_bad: 4, others: 0, of_others: 9 }
  expect(differenceText({ key: 'tenant', value: '', ...counts }, 'others')).toMatch(/^tenant "": 3 of 4/)
  const [prompt, ...rest] = metadataTexts({
    prompt: 'x'.repeat(4_096),
    of: { a: 1 },
    known: null,
    tenant: 'acme',
  })
  expect(prompt).toBe(`prompt ${'x'.repeat(119)}…`)
  expect(rest).toEqual(['of {"a":1}', 'known null', 'tenant acme'])
})
