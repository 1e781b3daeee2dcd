import { GaugeAccumulator } from '../accumulator/gauge.js'
import { family } from './family.js'
import { labelSet } from './label-set.js'
import { type Metric, metric } from './metric.js'

/** The gauge that carries the facts about the service, as the OpenTelemetry specification has it for Prometheus. */
export function targetInfo(resource: Readonly<Record<string, string>>, born: number): Metric {
  const info = metric(family({ name: 'target.info', unit: '' }, 'gauge', 'Target metadata'))
  const gauge = new GaugeAccumulator(
    { labels: labelSet(resource), born, unusual: () => {} },
    true,
    () => true,
  )
  gauge.add(1)
  info.join(gauge)
  return info
}
