import { setImmediate } from 'node:timers/promises'
import type { Collection, Metric } from '../accumulate/metric.js'
import type { WarningHandler } from '../guards/warnings.js'
import { type ExpositionFormat, latestLines, measuredLines, type SeriesLines } from './lines.js'
import { type FamilyPages, type PageCache, pageCache, updated } from './pages.js'
import { type MetricsSource, sourcesText } from './sources.js'
import type { TextBlock } from './text-block.js'

/** Writes the exposition. */
export type WriteExposition = (options: {
  readonly format: ExpositionFormat
  readonly write: WriteChunk
  readonly cancelled: () => boolean
}) => Promise<void>

/** Writes the monitor's metrics, then those of other sources, then the end of the format. */
export function exposition(
  metrics: () => Iterable<Metric>,
  collect: () => Collection,
  sources: readonly MetricsSource[],
  warn: WarningHandler,
): WriteExposition {
  const cache = pageCache()
  return async (to) => {
    await render(metrics(), collect(), cache, to)
    if (sources.length > 0 && !to.cancelled()) {
      const text = await sourcesText(sources, familyNames(metrics()), to.format, warn)
      await to.write(Buffer.from(text), () => {})
    }
    if (to.format === 'openmetrics' && !to.cancelled()) await to.write(Buffer.from('# EOF\n'), () => {})
  }
}

function familyNames(metrics: Iterable<Metric>): Set<string> {
  const names = new Set<string>()
  for (const { family, latest } of metrics) {
    names.add(family.prometheusName)
    if (latest !== undefined) names.add(latest.prometheusName)
  }
  return names
}

/** The event loop runs after this many milliseconds of rendering. */
const sliceMilliseconds = 5

/** Text that is kept for the next scrape takes at most this much memory in each format. The rest is rendered again. */
const cacheBytes = 64 * 1_024 * 1_024

export interface RenderOptions {
  readonly format: ExpositionFormat
  readonly write: WriteChunk
  /** Whether to stop, because the scraper is gone. Called between slices. */
  readonly cancelled?: () => boolean
}

/** Writes metrics in the exposition format, in slices between which the event loop runs. Omits families without series. */
export async function render(
  metrics: Iterable<Metric>,
  collection: Collection,
  cache: PageCache,
  { format, write, cancelled = () => false }: RenderOptions,
): Promise<void> {
  const out = chunks(write)
  let sliceEnd = performance.now() + sliceMilliseconds
  let rendered = 0
  for (const metric of metrics) {
    for (const { pages, lines } of passes(metric, collection, cache, format)) {
      let begun = false
      for (const page of pages) {
        const block = updated(page, lines)
        if (block.length === 0) continue
        if (!begun) out.text(lines.text.header)
        begun = true
        const wait = out.block(block)
        rendered += block.length
        if (rendered > cacheBytes) page.block = undefined
        if (wait !== undefined) await wait
        if (performance.now() < sliceEnd) continue
        await setImmediate()
        if (cancelled()) return
        sliceEnd = performance.now() + sliceMilliseconds
      }
    }
  }
  await out.flush()
}

/** A family to write, and how its series become lines. */
interface Pass extends FamilyPages {
  readonly lines: SeriesLines
}

function passes(
  metric: Metric,
  collection: Collection,
  cache: PageCache,
  format: ExpositionFormat,
): readonly Pass[] {
  const { measured, latest } = cache(metric, format)
  const fallback = collection.fallback(metric.family.name)
  const first = { ...measured, lines: measuredLines(measured.text, format === 'openmetrics', fallback) }
  return latest === undefined ? [first] : [first, { ...latest, lines: latestLines(latest.text) }]
}

/**
 * Receives the rendered bytes.
 * @param chunk does not change before the receiver calls `release`
 * @returns a promise to wait for before the next chunk
 */
export type WriteChunk = (chunk: Buffer, release: () => void) => void | Promise<void>

/** Small pieces are joined into chunks of about this many bytes. */
const chunkBytes = 16 * 1_024

/** Joins small pieces of text into chunks, and passes large ones on without a copy. */
interface Chunks {
  text(text: string): void
  block(block: TextBlock): void | Promise<void>
  flush(): void | Promise<void>
}

function chunks(write: WriteChunk): Chunks {
  let pieces: Buffer[] = []
  let gathered = 0

  function add(piece: Buffer): void {
    pieces.push(piece)
    gathered += piece.length
  }

  function flush(): void | Promise<void> {
    if (pieces.length === 0) return
    const chunk = Buffer.concat(pieces, gathered)
    pieces = []
    gathered = 0
    return write(chunk, () => {})
  }

  return {
    text: (text) => add(Buffer.from(text)),
    block(block) {
      if (block.length < chunkBytes) {
        // Copied, because a later scrape can change the block before this chunk is written.
        add(Buffer.from(block.view()))
        return gathered < chunkBytes ? undefined : flush()
      }
      const before = flush()
      const writing = write(block.view(), block.hold())
      return before === undefined ? writing : before.then(() => writing)
    },
    flush,
  }
}
