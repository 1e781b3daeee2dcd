import { setImmediate } from 'node:timers/promises'
import type { Accumulator } from '../accumulator/accumulator.js'
import type { Collection } from '../metric/collection.js'
import type { Metric } from '../metric/metric.js'
import { type Chunks, chunks, type WriteChunk } from './chunks.js'
import { type ExpositionFormat, type FamilyText, familyText } from './family-text.js'
import type { Lines } from './lines.js'
import { linesWithExemplars, seriesBlocks, updateLatest, updateMeasured } from './series-blocks.js'

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
  const endSlice = slices(out, cancelled)
  const cache = { left: cacheBytes }
  for (const metric of metrics) {
    const series = [...metric.series]
    for (const pass of passes(metric, collection, format, cache)) {
      const beforeFirst = header(pass.text, out)
      for (let next = 0; next < series.length; ) {
        next = renderUntilFull(series, next, pass, out, beforeFirst)
        if (out.full() && (await endSlice())) return
      }
    }
  }
  await out.flush()
}

/** One family of a metric, and how each series' lines of it are brought up to date. */
interface Pass {
  readonly text: FamilyText
  /** The lines of a series, undefined while it has nothing to show. */
  readonly block: (accumulator: Accumulator) => Lines | undefined
}

function passes(
  metric: Metric,
  collection: Collection,
  format: ExpositionFormat,
  cache: { left: number },
): Pass[] {
  const measured = familyText(metric.family, format)
  const latest = metric.latest && familyText(metric.latest, format)
  const fallback = collection.fallback(metric.family.name)
  const blocksOf = (accumulator: Accumulator) =>
    accumulator.rendered?.format === format
      ? accumulator.rendered
      : seriesBlocks(accumulator, format, measured, latest)

  const measuredPass: Pass = {
    text: measured,
    block(accumulator) {
      if (
        format === 'openmetrics' &&
        accumulator.kind === 'histogram' &&
        accumulator.exemplars !== undefined
      ) {
        return linesWithExemplars(accumulator, accumulator.exemplars, measured)
      }
      const blocks = blocksOf(accumulator)
      cache.left -= blocks.measured.length + (blocks.latest?.length ?? 0)
      accumulator.rendered = cache.left > 0 ? blocks : undefined
      return updateMeasured(blocks, accumulator, fallback) ? blocks.measured : undefined
    },
  }
  if (latest === undefined) return [measuredPass]
  const latestPass: Pass = {
    text: latest,
    block(accumulator) {
      const { latest: block } = blocksOf(accumulator)
      return block !== undefined && updateLatest(block, accumulator) ? block : undefined
    },
  }
  return [measuredPass, latestPass]
}

/**
 * Renders series from one on, until the chunk is full or they are at their end; returns where to go on. Apart from the
 * function that waits, because the engine does not compile the inside of a loop that is left for a while each time.
 */
function renderUntilFull(
  series: readonly Accumulator[],
  from: number,
  { block }: Pass,
  out: Chunks,
  beforeFirst: () => void,
): number {
  let next = from
  while (next < series.length && !out.full()) {
    const lines = block(series[next++] as Accumulator)
    if (lines === undefined) continue
    beforeFirst()
    const { buffer, at } = out.reserve(lines.length)
    lines.copyTo(buffer, at)
  }
  return next
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
