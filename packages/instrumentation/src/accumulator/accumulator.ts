import type { CounterAccumulator } from './counter.js'
import type { GaugeAccumulator } from './gauge.js'
import type { HistogramAccumulator } from './histogram.js'

/** Where the measurements of one series of a metric add up. */
export type Accumulator = HistogramAccumulator | CounterAccumulator | GaugeAccumulator
