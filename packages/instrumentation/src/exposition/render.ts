import { setImmediate } from 'node:timers/promises'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { Collection } from '../metric/collection.js'
import type { Metric } from '../metric/metric.js'
import { type Chunks, chunks, type WriteChunk } from './chunks.js'
import { type ExpositionFormat, type FamilyText, familyText } from './family-text.js'
import { type SeriesBlocks, seriesBlocks, updateLatest, updateMeasured } from './series-blocks.js'
import type { TextBlock } from './text-block.js'

/** The event loop gets a turn after this many milliseconds of rendering. */
const sliceMilliseconds = 5

/** Blocks kept from one scrape to the next take at most this much memory; series beyond are rendered anew each time. */
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
  { format, write, cancelled = () => false }: RenderOptions,
): Promise<void> {
  const out = chunks(write)
  const slice = slices(out, cancelled)
  const cache = { left: cacheBytes }
  for (const metric of metrics) {
    const measured = familyText(metric.family, format)
    const latest = metric.latest && familyText(metric.latest, format)
    const fallback = collection.fallback(metric.family.name)
    const fresh = (accumulator: Accumulator) => seriesBlocks(accumulator, format, measured, latest)

    const measuredHeader = header(measured, out)
    for (const accumulator of metric.series) {
      const blocks = known(accumulator, format) ?? fresh(accumulator)
      keep(accumulator, blocks, cache)
      if (updateMeasured(blocks, accumulator, fallback)) emit(blocks.measured, measuredHeader, out)
      if (out.full() && (await slice())) return
    }
    if (latest === undefined) continue
    const latestHeader = header(latest, out)
    for (const accumulator of metric.series) {
      const { latest: block } = known(accumulator, format) ?? fresh(accumulator)
      if (block !== undefined && updateLatest(block, accumulator)) emit(block, latestHeader, out)
      if (out.full() && (await slice())) return
    }
  }
  await out.flush()
}

/** Flushes, and lets the event loop run when the slice is used up; true when rendering should stop. */
function slices(out: Chunks, cancelled: () => boolean): () => Promise<boolean> {
  let end = performance.now() + sliceMilliseconds
  return async () => {
    const wait = out.flush()
    if (wait !== undefined) await wait
    if (performance.now() > end) {
      await setImmediate()
      end = performance.now() + sliceMilliseconds
    }
    return cancelled()
  }
}

/** Writes a family's header before its first series. */
function header({ header }: FamilyText, out: Chunks): () => void {
  let written = false
  return () => {
    if (!written) out.text(header)
    written = true
  }
}

function emit(block: TextBlock, beforeFirst: () => void, out: Chunks): void {
  beforeFirst()
  const { buffer, at } = out.reserve(block.length)
  block.copyTo(buffer, at)
}

function known({ rendered }: Accumulator, format: ExpositionFormat): SeriesBlocks | undefined {
  return rendered?.format === format ? rendered : undefined
}

function keep(accumulator: Accumulator, blocks: SeriesBlocks, cache: { left: number }): void {
  cache.left -= blocks.measured.length + (blocks.latest?.length ?? 0)
  accumulator.rendered = cache.left > 0 ? blocks : undefined
}
