import {
  isQuantile,
  judgeMean,
  judgeShare,
  type Kpi,
  type MeanMemory,
  meanSettings,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
} from '@mnemoscope/kpi'
import { edgeOf, type PlaceHistory } from './history.js'
import type { Judged, Timeline } from './replay.js'

/** What is compared with a threshold: of a quantile a share of operations, with the share that it allows. */
export interface Comparison {
  readonly timeline: Timeline
  readonly threshold: number
  readonly direction: Kpi['direction']
}

const means = new WeakMap<PlaceHistory, Timeline>()

/** A place judged by the steps, to be compared with one threshold. */
export function judged(history: PlaceHistory, threshold: number): Comparison {
  const { kpi } = history
  if (isQuantile(kpi.statistic) && kpi.instrument === 'histogram') return judgedShare(history, threshold)
  // What is known of a mean does not depend on thresholds.
  const timeline = means.get(history) ?? judgedMean(history)
  means.set(history, timeline)
  return { timeline, threshold, direction: kpi.direction }
}

/** The values that people see, without the time that was there for the memory only. */
function timelineOf({ range, start }: PlaceHistory, all: readonly (Judged | undefined)[]): Timeline {
  return { start, step: range.step, values: all.slice(Math.round((start - range.start) / range.step)) }
}

function judgedMean(history: PlaceHistory): Timeline {
  const { kpi, range, added, readings } = history
  if (kpi.instrument === 'gauge')
    return timelineOf(
      history,
      readings.map((value) => (value === undefined ? undefined : { value, low: value, high: value })),
    )
  const settings = meanSettings(kpi)
  let memory: MeanMemory | undefined
  const all = added.map((each, i) => {
    memory = rememberMean(memory, each, range.start + i * range.step, settings)
    return memory && judgeMean(memory, settings)
  })
  return timelineOf(history, all)
}

function judgedShare(history: PlaceHistory, threshold: number): Comparison {
  const { kpi, range, added } = history
  const { direction } = kpi
  const settings = shareSettings(kpi)
  const boundaries = new Set(added.flatMap(({ upTo }) => [...upTo.keys()]))
  const edge = edgeOf(kpi, threshold, [...boundaries])
  let memory: ShareMemory | undefined
  const all = added.map(({ count, upTo }, i): Judged | undefined => {
    const inside = edge === undefined ? 0 : (upTo.get(edge) ?? 0)
    const sum = direction === 'lower_is_better' ? count - inside : inside
    memory = rememberShare(memory, { count, sum }, range.start + i * range.step, settings)
    if (memory === undefined || edge === undefined) return undefined
    return { ...judgeShare(memory, settings), value: sum }
  })
  return { timeline: timelineOf(history, all), threshold: settings.allowed, direction: 'lower_is_better' }
}
