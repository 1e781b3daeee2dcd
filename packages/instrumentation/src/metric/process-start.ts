import { names } from '@mnemoscope/kpi'
import { GaugeAccumulator } from '../accumulator/gauge.js'
import { family } from './family.js'
import { labelSet } from './label-set.js'
import { type Metric, metric } from './metric.js'

/**
 * The gauge with the Unix time in seconds at which this process began. Rules count the first operations of a new
 * process by it, which Prometheus sees together with their series.
 */
export function processStart(born: number): Metric {
  const start = metric(family(names.otelProcessStart, 'gauge', 'Start of the process, as Unix time'))
  const gauge = new GaugeAccumulator({ labels: labelSet({}), born, unusual: () => {} }, true, () => true)
  gauge.add(Date.now() / 1_000 - process.uptime())
  start.join(gauge)
  return start
}
