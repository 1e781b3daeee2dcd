import type { Accumulator, Family, Metric } from '../accumulate/metric.js'
import type { Series } from '../accumulate/series.js'
import { type ExpositionFormat, type FamilyText, familyText, type SeriesLines } from './lines.js'
import { TextBlock } from './text-block.js'

/** Approximate size of a page's text: large enough to be written without a copy, small enough to be rendered in one slice. */
const pageBytes = 64 * 1_024

/** Approximate length of a line. */
const lineBytes = 110

/**
 * Some series of one family, and their text at the last scrape. The list of series never changes, so that a running
 * scrape can continue with the pages it started with.
 */
interface Page {
  readonly members: readonly Accumulator[]
  /** The series of each member when the page was made: a member whose series starts again needs a new page. */
  readonly series: readonly Series[]
  /** The state of each member in the text; NaN for one that is not shown. */
  readonly states: Float64Array
  /** The first line of each member that is shown. */
  readonly lines: Int32Array
  /** Undefined before the first scrape, and beyond the memory limit. */
  block: TextBlock | undefined
}

/**
 * Pages for these series: earlier pages without a change, and new ones for all other series.
 * @param linesOfSeries number of lines of one series
 */
function pagesOf(
  series: ReadonlySet<Accumulator>,
  before: readonly Page[],
  linesOfSeries: number,
): readonly Page[] {
  const perPage = Math.max(1, Math.floor(pageBytes / lineBytes / linesOfSeries))
  const same = before.filter(
    (page) =>
      page.members.length === perPage &&
      page.members.every((each, i) => series.has(each) && each.series === page.series[i]),
  )
  const settled = new Set(same.flatMap(({ members }) => members))
  const others = [...series].filter((each) => !settled.has(each))
  const added: Page[] = []
  for (let at = 0; at < others.length; at += perPage) {
    const members = others.slice(at, at + perPage)
    const states = new Float64Array(members.length).fill(Number.NaN)
    const seriesOfMembers = members.map((each) => each.series)
    const lines = new Int32Array(members.length)
    added.push({ members, series: seriesOfMembers, states, lines, block: undefined })
  }
  return [...same, ...added]
}

/** Updates the text of a page. A series without a change costs one comparison. */
export function updated(page: Page, lines: SeriesLines): TextBlock {
  const { members, series, states, block } = page
  let reusable = block
  for (let i = 0; i < members.length; i++) {
    const accumulator = members[i] as Accumulator
    const state = accumulator.series === series[i] ? lines.state(accumulator) : Number.NaN
    const known = states[i] as number
    if (state === known) continue
    states[i] = state
    const isShown = !Number.isNaN(state)
    if (isShown === Number.isNaN(known)) reusable = undefined
    else if (isShown && reusable !== undefined)
      lines.write(reusable, page.lines[i] as number, accumulator, state)
  }
  reusable?.settle()
  page.block = reusable ?? written(page, lines)
  return page.block
}

/** Renders the text of a page, with the states of its members. */
function written({ members, states, lines: firstLines }: Page, lines: SeriesLines): TextBlock {
  const prefixes: string[] = []
  let tail = ''
  for (let i = 0; i < members.length; i++) {
    firstLines[i] = prefixes.length
    if (Number.isNaN(states[i])) continue
    const fixed = lines.fixed(members[i] as Accumulator)
    for (const prefix of fixed.prefixes) {
      prefixes.push(tail + prefix)
      tail = ''
    }
    tail = fixed.tail
  }
  const block = new TextBlock(prefixes, tail)
  for (let i = 0; i < members.length; i++) {
    const state = states[i] as number
    if (!Number.isNaN(state)) lines.write(block, firstLines[i] as number, members[i] as Accumulator, state)
  }
  block.settle()
  return block
}

/** The fixed text of one family, and the pages of its series. */
export interface FamilyPages {
  readonly text: FamilyText
  readonly pages: readonly Page[]
}

interface MetricPages {
  readonly measured: FamilyPages
  readonly latest: FamilyPages | undefined
}

/** Returns the pages of a metric with its present series. */
export type PageCache = (metric: Metric, format: ExpositionFormat) => MetricPages

/** Milliseconds after which the pages of a format are dropped: a person asked for it, not a scraper. */
const forgottenAfter = 10 * 60_000

interface KeptPages extends MetricPages {
  readonly revision: number
  readonly askedAt: number
}

/**
 * Keeps the pages of metrics from one scrape to the next, in each format in use.
 * @param clock monotonic milliseconds
 */
export function pageCache(clock: () => number = () => performance.now()): PageCache {
  const kept = new WeakMap<Metric, Map<ExpositionFormat, KeptPages>>()

  return (metric, format) => {
    const askedAt = clock()
    const byFormat = kept.get(metric) ?? new Map<ExpositionFormat, KeptPages>()
    kept.set(metric, byFormat)
    for (const [each, pages] of byFormat) {
      if (askedAt - pages.askedAt > forgottenAfter && each !== format) byFormat.delete(each)
    }
    const now = current(metric, format, byFormat.get(format), askedAt)
    byFormat.set(format, now)
    return now
  }
}

function current(
  metric: Metric,
  format: ExpositionFormat,
  before: KeptPages | undefined,
  askedAt: number,
): KeptPages {
  const { family, latest, series, revision } = metric
  if (before?.revision === revision) return { ...before, askedAt }
  const pages = (family: Family, old: FamilyPages | undefined): FamilyPages => {
    const text = old?.text ?? familyText(family, format)
    return { text, pages: pagesOf(series, old?.pages ?? [], text.lines.length) }
  }
  return {
    revision,
    askedAt,
    measured: pages(family, before?.measured),
    latest: latest && pages(latest, before?.latest),
  }
}
