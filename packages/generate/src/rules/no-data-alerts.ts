import { type Config, type Kpi, names } from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import { humanized, literally } from '../humanize.js'
import { aggregate, bracket, filter, unless } from '../promql.js'
import { partition, within } from '../region.js'
import type { AlertRule } from '../rule.js'

/**
 * The alert of a KPI with `noData: 'no_data'`: a place had a value within `expectedFor`, and none is left in any
 * window. A service that is down has an alert of its own and raises none here.
 */
export function noDataAlerts(config: Config, kpi: Kpi): AlertRule[] {
  const { current, last } = names.recordedSeries
  const down = bracket(filter(aggregate('max', [names.label.job], 'up'), '==', 0))
  return partition(kpi, ({ noData, ...there }) => ({ noData, for: there.for })).flatMap(
    ({ value, region }): AlertRule[] => {
      if (value.noData !== 'no_data') return []
      const silent = unless(within(last(kpi), region), current(kpi))
      return [
        {
          alert: names.noDataAlertName(kpi),
          expr: unless(silent, down, [names.label.job]),
          for: value.for,
          labels: { [names.label.severity]: 'warning', [names.label.kpi]: kpi.id },
          annotations: {
            summary: `${literally(kpi.title)} of {{ $labels.model }} in {{ $labels.job }} has no data`,
            description:
              `{{ $labels.model }} at context size {{ $labels.context_size }} measured ${literally(kpi.title)} until lately ` +
              `(last ${humanized(kpi.unit)}) and does so no more, while {{ $labels.job }} answers its scrapes.`,
            value: '{{ $value }}',
            ...links(config, 'no-data.md', kpi),
          },
        },
      ]
    },
  )
}
