import type { WarningHandler } from '../guards/warn-once.js'
import type { Collection } from '../metric/collection.js'
import type { Metric } from '../metric/metric.js'
import { pageCache } from './page-cache.js'
import { render } from './render.js'
import type { WriteExposition } from './request-handler.js'
import { type MetricsSource, sourcesText } from './sources.js'

/** Writes the monitor's metrics, then those of other sources, then the end that the format asks for. */
export function exposition(
  metrics: () => Iterable<Metric>,
  collect: () => Collection,
  sources: readonly MetricsSource[],
  warn: WarningHandler,
): WriteExposition {
  const cache = pageCache()
  return async (to) => {
    await render(metrics(), collect(), cache, to)
    if (sources.length > 0 && !to.cancelled()) {
      const text = await sourcesText(sources, familyNames(metrics()), to.format, warn)
      await to.write(Buffer.from(text), () => {})
    }
    if (to.format === 'openmetrics' && !to.cancelled()) await to.write(Buffer.from('# EOF\n'), () => {})
  }
}

function familyNames(metrics: Iterable<Metric>): Set<string> {
  const names = new Set<string>()
  for (const { family, latest } of metrics) {
    names.add(family.prometheusName)
    if (latest !== undefined) names.add(latest.prometheusName)
  }
  return names
}
