import { AgeSketch } from './age-sketch.js'
import { type ExampleOptions, Examples, MostRepeated } from './examples.js'
import type { Finding, FindingName, StoreHealth } from './findings.js'
import { SeenTexts } from './seen-texts.js'
import { hasInvalidTime, isSuperseded, type StoredEntry, timeOf, writtenAt } from './stored-entry.js'
import { plainText, sizeOf, wordsOf } from './words.js'

const day = 86_400_000

/** An entry with less is tiny, in bytes of its letters and digits. */
const tiny = 8

/** An entry counts as never retrieved when it was written this long ago. */
const restDays = 30

/** Canaries come and go; they are no part of what is stored. */
const canary = /^mnemoscope-canary\./

export interface ReadingOptions {
  readonly examples: ExampleOptions
  /** How many different texts are remembered. */
  readonly mostTexts: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What is judged by one entry alone, without the others. */
type JudgedByEntry = Exclude<FindingName, 'exact_duplicates' | 'near_duplicates'>

/** What is found in the entries so far. It keeps no text. */
export class StoreReading {
  readonly #now: number
  readonly #texts: SeenTexts
  readonly #ages = new AgeSketch()
  readonly #counts = new Map<FindingName, { count: number; of: number }>()
  readonly #exact: MostRepeated
  readonly #near: MostRepeated
  readonly #examples: Readonly<Record<JudgedByEntry, Examples>>
  #entries = 0
  #added = 0
  #undated = 0
  #invalid = 0
  #invalidTimes = 0

  constructor({ examples, mostTexts, now }: ReadingOptions) {
    this.#now = now
    this.#texts = new SeenTexts(mostTexts)
    this.#exact = new MostRepeated(examples)
    this.#near = new MostRepeated(examples)
    this.#examples = {
      tiny_entries: new Examples(examples),
      // A secret must not be copied.
      entries_with_secrets: new Examples({ ...examples, texts: false }),
      never_retrieved: new Examples(examples),
      superseded_returned: new Examples(examples),
    }
  }

  get entries(): number {
    return this.#entries
  }

  /** Adds an entry. @returns whether it is one whose text may be looked at for secrets, or asked for */
  add(entry: StoredEntry): boolean {
    if (typeof entry?.id !== 'string' || typeof entry.text !== 'string') {
      this.#invalid++
      return false
    }
    if (canary.test(entry.id)) return false
    this.#entries++
    if (hasInvalidTime(entry)) this.#invalidTimes++
    this.#addTime(entry)
    // What is superseded resembles what replaces it, and nobody should look for it.
    if (!isSuperseded(entry)) {
      this.#addText(entry)
      this.#addUse(entry)
    }
    return true
  }

  /** Judges an entry by one finding. @param reason why it has it; undefined if it does not */
  judge(name: JudgedByEntry, entry: StoredEntry, reason: string | undefined): void {
    this.#count(name, reason !== undefined)
    if (reason !== undefined) this.#examples[name].add(entry, reason)
  }

  result(): Omit<StoreHealth, 'failures' | 'seconds' | 'busySeconds'> {
    const finding = (name: FindingName, examples: { list(): Finding['examples'] }): Finding | null => {
      const counted = this.#counts.get(name)
      return counted === undefined ? null : { ...counted, examples: examples.list() }
    }
    const { tiny_entries, entries_with_secrets, never_retrieved, superseded_returned } = this.#examples
    const [median, p95] = [this.#ages.quantile(0.5), this.#ages.quantile(0.95)]
    return {
      entries: this.#entries,
      addedPerDay: this.#undated > 0 || this.#entries === 0 ? null : this.#added,
      daysSinceLastUse: median === undefined || p95 === undefined ? null : { median, p95 },
      findings: {
        exact_duplicates: finding('exact_duplicates', this.#exact),
        near_duplicates: finding('near_duplicates', this.#near),
        tiny_entries: finding('tiny_entries', tiny_entries),
        entries_with_secrets: finding('entries_with_secrets', entries_with_secrets),
        never_retrieved: finding('never_retrieved', never_retrieved),
        superseded_returned: finding('superseded_returned', superseded_returned),
      },
      invalid: this.#invalid,
      invalidTimes: this.#invalidTimes,
      forgotten: this.#texts.forgotten,
    }
  }

  #addTime({ createdAt }: StoredEntry): void {
    const created = timeOf(createdAt)
    if (created === undefined) this.#undated++
    else if (created > this.#now - day) this.#added++
  }

  #addText(entry: StoredEntry): void {
    const plain = plainText(entry.text)
    const words = wordsOf(plain)
    const size = sizeOf(words)
    const reason = size === 0 ? 'it has no letter and no digit' : `it has ${size} bytes of letters and digits`
    this.judge('tiny_entries', entry, size < tiny ? reason : undefined)
    // What says nothing is no duplicate of other entries that say nothing.
    const repeated = size < tiny ? undefined : this.#texts.add(entry.id, entry.scope ?? '', plain, words)
    this.#count('exact_duplicates', repeated?.kind === 'exact')
    this.#count('near_duplicates', repeated?.kind === 'near')
    if (repeated?.kind === 'exact') this.#exact.add(entry, repeated, 'the same text as')
    if (repeated?.kind === 'near') this.#near.add(entry, repeated, 'nearly the same text as')
  }

  /** Whether searches return it, as far as the store tells. */
  #addUse(entry: StoredEntry): void {
    const { lastUsedAt, retrievals } = entry
    const written = writtenAt(entry)
    const used = timeOf(lastUsedAt)
    const isNever = used === undefined && (lastUsedAt === null || retrievals === 0)
    const since = used ?? (isNever ? written : undefined)
    if (since !== undefined) this.#ages.add(Math.max(0, this.#now - since) / day)
    if (written === undefined || this.#now - written < restDays * day) return
    if (used === undefined && !isNever && typeof retrievals !== 'number') return
    const isUnused = isNever || (used !== undefined && used < written)
    const days = Math.floor((this.#now - written) / day)
    this.judge(
      'never_retrieved',
      entry,
      isUnused ? `written ${days} days ago and not returned since` : undefined,
    )
  }

  #count(name: FindingName, has: boolean): void {
    const counted = this.#counts.get(name) ?? { count: 0, of: 0 }
    counted.of++
    if (has) counted.count++
    this.#counts.set(name, counted)
  }
}
