import type { FindingName, StoredEntry } from '@mnemoscope/evaluation'
import { seeded } from '../truth/random.js'

/** What is wrong with an entry, and of how many of a hundred. `alike` resembles another one and is not wrong. */
const rates = {
  exact: 8,
  near: 6,
  tiny: 4,
  secret: 1,
  unused: 20,
  superseded: 3,
  returned: 2,
  alike: 5,
} as const
type Fault = keyof typeof rates

/** The share of each finding in a planted store, counted. */
export function plantedShares(count: number): Record<FindingName, number> {
  const counts: Record<string, number> = {}
  for (const { id } of plantedStore(count, 0)) {
    const fault = faultIn(id) ?? ''
    counts[fault] = (counts[fault] ?? 0) + 1
  }
  const number = (fault: Fault) => counts[fault] ?? 0
  const superseded = number('superseded') + number('returned')
  // What is superseded is judged by nothing but secrets and searches.
  const others = count - superseded
  return {
    exact_duplicates: number('exact') / others,
    near_duplicates: number('near') / others,
    tiny_entries: number('tiny') / others,
    entries_with_secrets: number('secret') / count,
    never_retrieved: number('unused') / others,
    superseded_returned: number('returned') / superseded,
  }
}

/** The fault that examples of a finding must have. */
export const faultOf: Readonly<Record<FindingName, Fault>> = {
  exact_duplicates: 'exact',
  near_duplicates: 'near',
  tiny_entries: 'tiny',
  entries_with_secrets: 'secret',
  never_retrieved: 'unused',
  superseded_returned: 'returned',
}

/** The fault that was planted in the entry with this id; undefined for none. */
export function faultIn(id: string): string | undefined {
  return /^entry-\d+-(\w+)/.exec(id)?.[1]
}

const day = 86_400_000
const consonants = 'bdfgklmnprstvz'

/** 4,000 words that nobody knows. */
const vocabulary = Array.from({ length: 4_000 }, (_, i) => {
  const random = seeded(i)
  const syllable = () => `${consonants[Math.floor(random() * 14)]}${'aeiou'[Math.floor(random() * 5)]}`
  return Array.from({ length: 2 + Math.floor(random() * 3) }, syllable).join('')
})

/** One entry in so many has no fault, and is what others resemble. */
const apart = 10

/** The words of the entry with this number: 16 to 28 of them. */
function wordsOf(number: number): string[] {
  const random = seeded(1_000_003 * (number + 1))
  return Array.from({ length: 16 + Math.floor(random() * 13) }, () => wordOf(random))
}

function wordOf(random: () => number): string {
  return vocabulary[Math.floor(random() * vocabulary.length)] as string
}

/** The entries of a store with faults at the known rates, after the one with an id; the same for the same number. */
export function* plantedStore(count: number, now: number, after?: string): Generator<StoredEntry> {
  const faults = (Object.entries(rates) as [Fault, number][]).flatMap(([fault, rate]) =>
    Array.from({ length: rate }, () => fault),
  )
  const from = after === undefined ? 0 : Number(/^entry-(\d+)/.exec(after)?.[1]) + 1
  for (let number = from; number < count; number++) {
    const random = seeded(number)
    const fault = number % apart === 0 ? undefined : faults[Math.floor(random() * 100)]
    yield entryOf(number, fault, now, random)
  }
}

function entryOf(number: number, fault: Fault | undefined, now: number, random: () => number): StoredEntry {
  const written = now - (40 + random() * 300) * day
  const isSuperseded = fault === 'superseded' || fault === 'returned'
  const since = isSuperseded ? written + 10 * day : undefined
  const used =
    fault === 'unused' ? null : fault === 'superseded' ? written + 5 * day : now - random() * 30 * day
  return {
    id: `entry-${number}${fault === undefined ? '' : `-${fault}`}`.padEnd(36, '.'),
    text: textOf(number, fault, random),
    createdAt: written,
    lastUsedAt: used,
    ...(isSuperseded && { supersededBy: `entry-${number + 1}`, supersededAt: since }),
  }
}

function textOf(number: number, fault: Fault | undefined, random: () => number): string {
  const words = wordsOf(number)
  const earlier = () => wordsOf(apart * Math.floor((random() * number) / apart))
  switch (fault) {
    case 'exact':
      return ` ${sentence(earlier()).toUpperCase()} `
    case 'near': {
      const other = earlier()
      const place = Math.floor(random() * other.length)
      return sentence(random() < 0.5 ? other.toSpliced(place, 1) : [...other, wordOf(random)])
    }
    case 'alike':
      return sentence([...earlier().slice(0, 12), ...words.slice(0, 8)])
    case 'tiny':
      return ['ok', 'yes!', '', ' … ', 'n/a', 'null'][Math.floor(random() * 6)] as string
    case 'secret': {
      const key = Array.from({ length: 36 }, () => Math.floor(random() * 36).toString(36)).join('')
      return `${sentence(words)} ghp_${key}`
    }
    default:
      return sentence(words)
  }
}

function sentence(words: readonly string[]): string {
  return `The ${words.join(' ')}.`
}
