import { durationSeconds, type Kpi, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { judge, type Said } from './judge.js'
import { type Faults, faultsOf, type Span, spansOf } from './oracle.js'
import type { Expected, Pattern } from './pattern.js'
import { seenOperations } from './seen.js'

/** What is wrong with the alerts of a pattern. */
export interface Checked extends Faults {
  /** Alerts that differ from what an operator says. */
  readonly unlike: string[]
  /** Operations that were counted twice or not at all. */
  readonly miscounted: string[]
}

/** Looks at the steps' alerts of one pattern, at every level that its operator speaks of. */
export function checkSteps(pattern: Pattern, kpi: Kpi): Checked {
  return check(pattern, kpi, judge(pattern, kpi))
}

/** Looks at alerts of one pattern, whatever raised them. */
export function check(
  pattern: Pattern,
  kpi: Kpi,
  timelines: ReadonlyMap<ThresholdSeverity, readonly Said[]>,
): Checked {
  const checked: Checked = { missed: [], doubled: [], unfounded: [], early: [], unlike: [], miscounted: [] }
  const operations = seenOperations(pattern)
  for (const level of thresholdSeverities) {
    const timeline = timelines.get(level)
    if (timeline === undefined) continue
    const expected = pattern.says[level]
    if (expected !== undefined) {
      const unlike = differences(expected, spansOf(timeline))
      checked.unlike.push(...unlike.map((each) => `${level} ${each}`))
    }
    // A gauge has no operations: what it reads is what is true.
    if (kpi.instrument === 'gauge') continue
    const faults = faultsOf(kpi, level, operations, timeline, durationSeconds(kpi.expiry))
    for (const [kind, found] of Object.entries(faults))
      checked[kind as keyof Faults].push(...found.map((each: string) => `${level} ${each}`))
  }
  const [timeline] = timelines.values()
  const counted = (timeline ?? []).reduce((sum, { added }) => sum + added.count, 0)
  if (kpi.instrument !== 'gauge' && counted !== operations.length)
    checked.miscounted.push(`${counted} operations were counted of ${operations.length}`)
  return checked
}

/** Alerts that an operator expects and that did not come, and alerts that he does not expect. */
function differences(expected: readonly Expected[], spans: readonly Span[]): string[] {
  const isLike = ({ begins, ends }: Expected, { from, to }: Span) =>
    from >= begins[0] * 60 &&
    from <= begins[1] * 60 &&
    (ends === undefined
      ? to === Number.POSITIVE_INFINITY
      : to >= ends[0] * 60 && (to <= ends[1] * 60 || isOpen(ends, to)))
  const isOpen = (ends: readonly [number, number], to: number) =>
    ends[0] === 0 && to === Number.POSITIVE_INFINITY
  const text = ({ from, to }: Span) =>
    `[${(from / 60).toFixed(1)}-${Number.isFinite(to) ? (to / 60).toFixed(1) : ''}]`
  const left = [...spans]
  const absent = expected.flatMap((each) => {
    const found = left.findIndex((span) => isLike(each, span))
    if (found >= 0) left.splice(found, 1)
    const ends = each.ends === undefined ? '' : each.ends.join('..')
    return found >= 0 || each.isOptional ? [] : [`lacks an alert from ${each.begins.join('..')} to ${ends}`]
  })
  return [...absent, ...left.map((span) => `has an alert ${text(span)} that is not expected`)]
}
