import { type Kpi, names } from '@mnemoscope/kpi'
import { and, or } from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { enoughSamples } from './samples.js'
import { windowsOf } from './windows.js'

/** The value that is judged, from the first window with enough samples, and the number of samples behind it. */
export function currentRules(kpi: Kpi): RecordingRule[] {
  const windows = windowsOf(kpi)
  const values = windows.map((each) =>
    and(names.recordedSeries.windowed(kpi, kpi.statistic, each.window), enoughSamples(kpi, each)),
  )
  return [
    { record: names.recordedSeries.current(kpi), expr: or(values) },
    { record: names.recordedSeries.samples(kpi), expr: or(windows.map((each) => enoughSamples(kpi, each))) },
  ]
}
