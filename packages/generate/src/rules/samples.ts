import { type Kpi, names } from '@mnemoscope/kpi'
import { filter } from '../promql.js'
import type { Window } from './windows.js'

/** The sample count of a window, where there are enough samples in it. */
export function enoughSamples(kpi: Kpi, { window, minSamples }: Window): string {
  return filter(names.recordedSeries.windowed(kpi, 'count', window), '>=', minSamples)
}
