import type { Accumulator } from '../accumulator/accumulator.js'
import type { SeriesLines } from './series-lines.js'
import { TextBlock } from './text-block.js'

/** Text of a page, about: large enough to be handed on as it is, small enough to be rewritten between two turns. */
const pageBytes = 64 * 1_024

/** Length of a line, about. */
const lineBytes = 110

/**
 * A run of series of one family, and their text as it was at the last scrape. Which series they are never changes: a
 * scrape that is under way goes on with the pages it began with.
 */
export interface Page {
  readonly members: readonly Accumulator[]
  /** The state in which each member's lines are; NaN for one that is not shown. */
  readonly states: Float64Array
  /** The first line of each member that is shown. */
  readonly lines: Int32Array
  /** Undefined before the first scrape, and where it is not worth its memory. */
  block: TextBlock | undefined
}

/**
 * Pages for these series: those of before that still are as they were, and new ones for the others.
 * @param linesOfSeries number of lines of one series
 */
export function pagesOf(
  series: ReadonlySet<Accumulator>,
  before: readonly Page[],
  linesOfSeries: number,
): readonly Page[] {
  const perPage = Math.max(1, Math.floor(pageBytes / lineBytes / linesOfSeries))
  const same = before.filter(
    ({ members }) => members.length === perPage && members.every((each) => series.has(each)),
  )
  const settled = new Set(same.flatMap(({ members }) => members))
  const others = [...series].filter((each) => !settled.has(each))
  const added: Page[] = []
  for (let at = 0; at < others.length; at += perPage) {
    const members = others.slice(at, at + perPage)
    const states = new Float64Array(members.length).fill(Number.NaN)
    added.push({ members, states, lines: new Int32Array(members.length), block: undefined })
  }
  return [...same, ...added]
}

/** Brings the text of a page up to date: a series that nothing happened to costs one comparison. */
export function updated(page: Page, lines: SeriesLines): TextBlock {
  const { members, states, block } = page
  let reusable = block
  for (let i = 0; i < members.length; i++) {
    const accumulator = members[i] as Accumulator
    const state = lines.state(accumulator)
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

/** The text of a page from scratch, in the states that its members have. */
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
