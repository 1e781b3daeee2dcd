import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { Memory } from '../memory.js'
import type { StoreHealth } from './findings.js'
import { type SecretScan, secretScan } from './secret-scan.js'
import { StoreReading } from './store-reading.js'
import type { EntrySource, StoredEntry } from './stored-entry.js'
import { SupersededCheck } from './superseded.js'

/** How a store is read. */
export interface ReadStoreOptions {
  /**
   * Share of the time in which entries are read and looked at, above 0 and up to 1; the rest are pauses. So it takes at most
   * this share of a core, and of the store's time.
   * @default 0.05
   */
  readonly share?: number
  /**
   * Whether texts are looked at for secrets. It needs `@secretlint/secretlint-rule-preset-recommend`.
   * @default true
   */
  readonly secrets?: boolean
  /**
   * Search of the memory. With it, up to 100 superseded entries are asked for by their texts; without it,
   * what the store tells of their last use counts.
   */
  readonly search?: Memory['search'] | undefined
  /**
   * Examples of each finding.
   * @default 10
   */
  readonly examples?: number
  /**
   * Whether examples have the first 200 characters of their texts. Those with secrets never have.
   * @default false
   */
  readonly texts?: boolean
  /**
   * How many different texts are remembered to find duplicates; each takes about 300 bytes.
   * @default 1,000,000
   */
  readonly mostTexts?: number
  /**
   * Whether its pauses keep the process alive.
   * @default true
   */
  readonly keepAlive?: boolean
  /**
   * Pause after an error of the source, in milliseconds; doubled after each further one in a row.
   * @default 1,000
   */
  readonly retryMilliseconds?: number
  /**
   * Errors of the source in a row, without an entry between them, that end the reading.
   * @default 5
   */
  readonly mostFailures?: number
  /** Stops the reading, which then rejects with its reason. */
  readonly signal?: AbortSignal
  /** Called after each slice with the entries so far. */
  readonly onProgress?: (entries: number) => void
  /** Called with each error of the source or of a search that does not end the reading. */
  readonly onError?: (error: unknown) => void
}

/** How long entries are looked at before the event loop runs, in milliseconds. */
const slice = 10

/** Part of a small share that is left for what runs beside the slices. */
const beside = 0.2

/**
 * Reads all entries of a store once, in slices of 10 ms, between which the event loop runs. Where the source fails, it goes
 * on after the last entry, or begins again if the source begins again.
 * @throws MnemoscopeError USAGE for a share out of range; TOOL_MISSING without secretlint; the source's error if it fails too
 *   often in a row; the signal's reason
 */
export async function readStore(source: EntrySource, options: ReadStoreOptions = {}): Promise<StoreHealth> {
  const { share = 0.05, secrets = true, signal = new AbortController().signal } = options
  checkShare(share)
  const scan = secrets ? await secretScan() : undefined
  const clock = new SharedTime(share, signal, options.keepAlive ?? true)
  let failures = 0
  const failed = (error: unknown) => {
    failures++
    options.onError?.(error)
  }
  let reading = new Read(options, scan)
  let inRow = 0
  for (let isWhole = false; !isWhole; ) {
    const before = reading.entries
    try {
      for await (const entry of entriesOf(source, { after: reading.last, signal })) {
        // A source that cannot go on gives the first entry again.
        if (entry?.id === reading.first && reading.isResumed) reading = new Read(options, scan)
        reading.isResumed = false
        await reading.add(entry)
        if (await clock.pause()) options.onProgress?.(reading.entries)
        signal.throwIfAborted()
      }
      isWhole = true
    } catch (error) {
      signal.throwIfAborted()
      inRow = reading.entries > before ? 1 : inRow + 1
      if (inRow >= (options.mostFailures ?? 5)) throw error
      failed(error)
      reading.isResumed = reading.first !== undefined
      await clock.rest((options.retryMilliseconds ?? 1_000) * 2 ** (inRow - 1))
    }
  }
  for await (const error of reading.end(signal)) {
    if (error !== undefined) failed(error)
    await clock.pause()
  }
  return { ...reading.result(), failures, ...clock.times() }
}

/** One reading from the first entry on. */
class Read {
  readonly #reading: StoreReading
  readonly #superseded: SupersededCheck
  readonly #scan: SecretScan | undefined
  /** Entries that were added to the scan and not yet looked at. */
  #waiting: StoredEntry[] = []
  #scanned = 0
  first: string | undefined
  last: string | undefined
  /** Whether the source was asked to go on, and gave nothing yet. */
  isResumed = false

  constructor(
    { examples = 10, texts = false, mostTexts = 1_000_000, search }: ReadStoreOptions,
    scan?: SecretScan,
  ) {
    this.#reading = new StoreReading({ examples: { most: examples, texts }, mostTexts, now: Date.now() })
    this.#superseded = new SupersededCheck(search)
    this.#scan = scan
  }

  get entries(): number {
    return this.#reading.entries
  }

  async add(entry: StoredEntry): Promise<void> {
    const isEntry = this.#reading.add(entry)
    this.last = entry?.id ?? this.last
    this.first ??= this.last
    if (!isEntry) return
    this.#superseded.add(entry, this.#reading)
    if (this.#scan === undefined) return
    this.#waiting.push(entry)
    if (this.#scan.add(entry.text)) await this.#look(this.#scan)
  }

  /** @returns errors, after each of which there may be a pause */
  async *end(signal: AbortSignal): AsyncGenerator<unknown> {
    if (this.#scan !== undefined) await this.#look(this.#scan)
    yield* this.#superseded.ask(this.#reading, signal)
  }

  result() {
    return this.#reading.result()
  }

  async #look(scan: SecretScan): Promise<void> {
    const found = new Map((await scan.flush()).map(({ index, kind }) => [index, kind]))
    for (const [i, entry] of this.#waiting.entries()) {
      const kind = found.get(this.#scanned + i)
      this.#reading.judge('entries_with_secrets', entry, kind && `it has a secret: ${kind}`)
    }
    this.#scanned += this.#waiting.length
    this.#waiting = []
  }
}

/** Pauses, so that only a share of the time is spent. */
class SharedTime {
  readonly #share: number
  readonly #ref: boolean
  readonly #signal: AbortSignal
  readonly #startedAt = performance.now()
  #sliceAt = this.#startedAt
  #busy = 0

  constructor(share: number, signal: AbortSignal, ref: boolean) {
    this.#ref = ref
    this.#share = share
    this.#signal = signal
  }

  /** Pauses at the end of a slice. @returns whether it did */
  async pause(): Promise<boolean> {
    const spent = performance.now() - this.#sliceAt
    if (spent < slice) return false
    // What runs beside a slice takes time of the core too: timers, and the collection of what it leaves.
    const share = this.#share * (1 - beside * (1 - this.#share))
    await this.rest(spent * (1 / share - 1))
    return true
  }

  async rest(milliseconds: number): Promise<void> {
    this.#busy += performance.now() - this.#sliceAt
    if (milliseconds === 0) await turn()
    else await wait(milliseconds, undefined, { signal: this.#signal, ref: this.#ref })
    this.#sliceAt = performance.now()
  }

  times(): { seconds: number; busySeconds: number } {
    const now = performance.now()
    return {
      seconds: (now - this.#startedAt) / 1_000,
      busySeconds: (this.#busy + now - this.#sliceAt) / 1_000,
    }
  }
}

function entriesOf(
  source: EntrySource,
  from: { after: string | undefined; signal: AbortSignal },
): AsyncIterable<StoredEntry> | Iterable<StoredEntry> {
  return typeof source === 'function' ? source(from) : source
}

function checkShare(share: number): void {
  if (share > 0 && share <= 1) return
  throw new MnemoscopeError('USAGE', 'the share of time for reading a store is out of range', {
    value: share,
    expected: 'a number above 0 and up to 1',
    next: 'Give the share as a fraction of the time, such as 0.05, or omit it.',
  })
}
