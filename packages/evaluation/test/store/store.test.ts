import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type FindingName,
  type ReadFrom,
  type ReadStoreOptions,
  readStore,
  type StoredEntry,
} from '../../src/index.js'
import { AgeSketch } from '../../src/store/age-sketch.js'
import { wordsOf } from '../../src/store/words.js'

const day = 86_400_000
const now = Date.now()
const daysAgo = (days: number) => new Date(now - days * day)

const read = (entries: readonly StoredEntry[], options: ReadStoreOptions = {}) =>
  readStore(entries, { share: 1, secrets: false, ...options })

/** Ids of the examples of a finding, of entries that each say something else unless the case says otherwise. */
async function found(
  name: FindingName,
  entries: readonly Partial<StoredEntry>[],
  options?: ReadStoreOptions,
) {
  const texts = [
    'the crane on pier two is red',
    'Ada owns three boats',
    'he never drinks coffee',
    'winter is mild here',
  ]
  const whole = entries.map((entry, i) => ({ id: String(i), text: texts[i] as string, ...entry }))
  const finding = (await read(whole, options)).findings[name]
  return finding && { ids: finding.examples.map(({ id }) => id), count: finding.count, of: finding.of }
}

const long = 'Ada said on Monday that the harbour office opens at nine and closes at five in winter'

describe('a store', () => {
  test.each<[string, FindingName, Partial<StoredEntry>[], string[] | null, number?]>([
    ['the same text', 'exact_duplicates', [{ text: long }, { text: long }, {}], ['1'], 3],
    [
      'the same text but for case and spaces',
      'exact_duplicates',
      [{ text: long }, { text: ` ${long.toUpperCase()}\n` }],
      ['1'],
      2,
    ],
    [
      'the same text of another user',
      'exact_duplicates',
      [
        { text: long, scope: 'a' },
        { text: long, scope: 'b' },
      ],
      [],
      2,
    ],
    ['the same tiny text', 'exact_duplicates', [{ text: 'ok' }, { text: 'ok' }], [], 2],
    [
      'a superseded text again',
      'exact_duplicates',
      [{ text: long }, { text: long, superseded: true }],
      [],
      1,
    ],
    ['one more word', 'near_duplicates', [{ text: long }, { text: `${long} again` }], ['1'], 2],
    ['other punctuation', 'near_duplicates', [{ text: long }, { text: `"${long}."` }], ['1'], 2],
    [
      'another word of a short text',
      'near_duplicates',
      [{ text: 'Ada drinks green tea' }, { text: 'Ada drinks black tea' }],
      [],
      2,
    ],
    [
      'nearly the same text of another user',
      'near_duplicates',
      [
        { text: long, scope: 'a' },
        { text: `${long} again`, scope: 'b' },
      ],
      [],
      2,
    ],
    [
      'a text without spaces',
      'near_duplicates',
      [
        { text: '她每天早上在港口喝一杯绿茶然后去上班工作' },
        { text: '她每天早上在港口喝一杯绿茶然后去上班工作了' },
      ],
      ['1'],
      2,
    ],
    ['no letter', 'tiny_entries', [{ text: '' }, { text: ' … ' }, {}], ['0', '1'], 3],
    [
      'less than eight letters',
      'tiny_entries',
      [{ text: 'yes, ok' }, { text: 'likes tea' }, { text: '喜欢喝茶' }],
      ['0'],
      3,
    ],
    [
      'never used since an old write',
      'never_retrieved',
      [
        { createdAt: daysAgo(40), lastUsedAt: null },
        { createdAt: daysAgo(40).toISOString(), retrievals: 0 },
      ],
      ['0', '1'],
      2,
    ],
    [
      'used before its last change only',
      'never_retrieved',
      [{ createdAt: 0, updatedAt: daysAgo(40), lastUsedAt: daysAgo(50) }],
      ['0'],
      1,
    ],
    [
      'used since',
      'never_retrieved',
      [
        { createdAt: daysAgo(40), lastUsedAt: daysAgo(1) },
        { createdAt: daysAgo(40), retrievals: 3 },
      ],
      [],
      2,
    ],
    ['too young to be used', 'never_retrieved', [{ createdAt: daysAgo(29), lastUsedAt: null }], null],
    ['no record of its use', 'never_retrieved', [{ createdAt: daysAgo(40) }], null],
    [
      'used since it was superseded',
      'superseded_returned',
      [{ supersededAt: daysAgo(3), lastUsedAt: daysAgo(2) }],
      ['0'],
      1,
    ],
    [
      'not used since it was superseded',
      'superseded_returned',
      [
        { supersededAt: daysAgo(3), lastUsedAt: daysAgo(4) },
        { supersededAt: daysAgo(3), lastUsedAt: null },
      ],
      [],
      2,
    ],
    [
      'superseded at an unknown time',
      'superseded_returned',
      [{ supersededBy: '9', lastUsedAt: daysAgo(4) }],
      null,
    ],
  ])('with %s: %s', async (_, name, entries, ids, of = 0) => {
    const expected = ids === null ? null : { ids, count: ids.length, of }
    expect(await found(name, entries)).toEqual(expected)
  })

  test('is asked for what is superseded, if it can be searched', async () => {
    const entries = [{ supersededBy: '9' }, { superseded: true }, { superseded: true, text: 'broken' }, {}]
    const errors: unknown[] = []
    const search = (text: string) => {
      if (text === 'broken') throw new Error('no index')
      return text.includes('crane') ? [{ id: '0' }] : [{ id: '3' }]
    }
    expect(
      await found('superseded_returned', entries, { search, onError: (error) => errors.push(error) }),
    ).toEqual({ ids: ['0'], count: 1, of: 2 })
    expect(errors).toEqual([new Error('no index')])
  })

  test('with secrets shows where they are, and not what', async () => {
    const key = `ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`
    const padding = 'x '.repeat(40_000)
    const entries = [
      { id: 'a', text: 'nothing // secretlint-disable' },
      { id: 'b', text: `the token is ${key}` },
      { id: 'c', text: `${padding}${key}${padding}${key}` },
    ]
    const { findings } = await read(entries, { secrets: true, texts: true })
    expect(findings.entries_with_secrets).toEqual({
      count: 2,
      of: 3,
      examples: [
        { id: 'b', reason: 'it has a secret: github token' },
        { id: 'c', reason: 'it has a secret: github token' },
      ],
    })
  })

  test('is counted, and examples have texts only where they are wanted', async () => {
    const entries: StoredEntry[] = [
      { id: 'a', text: long, createdAt: daysAgo(0.5), lastUsedAt: null },
      { id: 'b', text: long, createdAt: daysAgo(20), lastUsedAt: daysAgo(10) },
      { id: 'c', text: long, createdAt: daysAgo(20), lastUsedAt: daysAgo(10) },
      { id: 'mnemoscope-canary.host.1.a.b', text: 'The canary Velomasira lives in Dotarinuke.' },
      { id: 'd' } as never,
    ]
    const health = await read(entries)
    const odd = await read([...entries, { id: 'e', text: `${long} too`, createdAt: 'yesterday' }])
    expect(odd).toMatchObject({ entries: 4, addedPerDay: null, invalidTimes: 1 })
    expect(health).toMatchObject({
      entries: 3,
      addedPerDay: 1,
      invalid: 1,
      invalidTimes: 0,
      failures: 0,
      forgotten: 0,
    })
    expect(Math.abs((health.daysSinceLastUse?.median ?? 0) - 10)).toBeLessThan(0.1)
    expect(health.findings.exact_duplicates?.examples).toEqual([
      { id: 'c', reason: 'the same text as a, as 1 other' },
    ])
    const { findings } = await read(entries, { texts: true })
    expect(findings.exact_duplicates?.examples[0]?.text).toBe(long)
    expect((await read([{ id: 'a', text: long }])).addedPerDay).toBeNull()
  })

  const three = ['first', 'second', 'third'].map((id) => ({ id, text: `${long} for the ${id} time` }))

  test.each([
    ['goes on', ({ after }: ReadFrom) => three.slice(three.findIndex(({ id }) => id === after) + 1)],
    ['begins again', () => three],
  ])('whose reading fails %s', async (_, rest) => {
    const asked: (string | undefined)[] = []
    async function* source(from: ReadFrom) {
      asked.push(from.after)
      for (const [i, entry] of rest(from).entries()) {
        if (i === 2 && asked.length === 1) throw new Error('connection lost')
        yield entry
      }
    }
    const health = await readStore(source, { share: 1, secrets: false, retryMilliseconds: 1 })
    expect({ asked, entries: health.entries, failures: health.failures }).toEqual({
      asked: [undefined, 'second'],
      entries: 3,
      failures: 1,
    })
    expect(health.findings.exact_duplicates?.count).toBe(0)
  })

  test('that fails five times in a row cannot be read, and a stop ends a reading', async () => {
    const failing = () => {
      throw new Error('no such table')
    }
    await expect(readStore(failing, { secrets: false, retryMilliseconds: 0.01 })).rejects.toThrow(
      'no such table',
    )
    await expect(read(three, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
    await expect(read(three, { share: 0 })).rejects.toMatchObject({ code: 'USAGE', value: 0 })
  })

  test('has as many duplicates as a comparison of all texts finds', async () => {
    const word = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('').map((letter) => letter.repeat(3)))
    const texts = fc.array(fc.array(word, { minLength: 3, maxLength: 4 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(texts, async (all) => {
        const plain = all.map((words) => words.join(' '))
        const { findings } = await read(plain.map((text, i) => ({ id: String(i), text })))
        expect(findings.exact_duplicates?.count).toBe(all.length - new Set(plain).size)
      }),
      { numRuns: 30 },
    )
  })

  test('finds near duplicates as their resemblance says, but for what lies near the limit', async () => {
    const parts = (text: string) => {
      const words = wordsOf(text)
      return new Set([...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)])
    }
    const pairs = Array.from({ length: 96 }, (_, i) => {
      const words = Array.from({ length: 20 }, (_, w) => `w${i}x${w}`)
      return [words.join(' '), words.map((word, w) => (w < i % 8 ? `${word}y` : word)).join(' ')] as const
    })
    const entries = pairs.flatMap((pair, i) =>
      pair.map((text, j) => ({ id: `${i}.${j}`, text, scope: String(i) })),
    )
    const { findings } = await read(entries, { examples: entries.length })
    const near = new Set(
      [findings.exact_duplicates, findings.near_duplicates].flatMap((each) =>
        each?.examples.map(({ id }) => id),
      ),
    )
    const wrong = pairs.filter(([a, b], i) => {
      const [ofA, ofB] = [parts(a), parts(b)]
      const both = [...ofA].filter((part) => ofB.has(part)).length
      const resemblance = both / (ofA.size + ofB.size - both)
      return near.has(`${i}.1`) !== resemblance >= 0.8 && Math.abs(resemblance - 0.8) > 0.1
    })
    expect(wrong.length).toBeLessThanOrEqual(1)
  })
})

test.each([
  ['p95 of few ages is the oldest', 11, 0.95, 11],
  ['p95 of twenty ages is the last but one', 20, 0.95, 19],
  ['median of an even number is the lower one', 10, 0.5, 5],
  ['median of an odd number is the middle one', 11, 0.5, 6],
])('%s', (_, ages, share, truth) => {
  const sketch = new AgeSketch()
  for (let age = 1; age <= ages; age++) sketch.add(age)
  expect(Math.abs((sketch.quantile(share) ?? Number.NaN) - truth)).toBeLessThanOrEqual(0.0101 * truth)
})

test('quantiles of ages are within one in a hundred', () => {
  const sketch = new AgeSketch()
  expect(sketch.quantile(0.5)).toBeUndefined()
  for (let i = 0; i <= 1_000; i++) sketch.add(i)
  for (const share of [0, 0.1, 0.5, 0.95, 1]) {
    const truth = 1_000 * share
    expect(Math.abs((sketch.quantile(share) ?? Number.NaN) - truth)).toBeLessThanOrEqual(0.0101 * truth)
  }
})
