import { setImmediate } from 'node:timers/promises'
import type { Collection } from '../metric/collection.js'
import type { Metric } from '../metric/metric.js'
import { chunks, type WriteChunk } from './chunks.js'
import type { ExpositionFormat } from './family-text.js'
import type { FamilyPages, PageCache } from './page-cache.js'
import { updated } from './pages.js'
import { latestLines, measuredLines, type SeriesLines } from './series-lines.js'

/** The event loop gets a turn after this many milliseconds of rendering. */
const sliceMilliseconds = 5

/** Text kept from one scrape to the next takes at most this much memory in each format; what is beyond is rendered anew. */
const cacheBytes = 64 * 1_024 * 1_024

export interface RenderOptions {
  readonly format: ExpositionFormat
  readonly write: WriteChunk
  /** Whether to stop: the scraper has gone. Asked between slices. */
  readonly cancelled?: () => boolean
}

/** Writes metrics in the exposition format, in slices between which the event loop runs. Families without series are left out. */
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

/** A family to be written, and how its series become lines. */
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
