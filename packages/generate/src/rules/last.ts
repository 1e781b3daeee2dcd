import { type Kpi, names } from '@mnemoscope/kpi'
import { over } from '../promql.js'
import { partition, within } from '../region.js'
import type { RecordingRule } from '../rule.js'

/**
 * The newest value of each place, for as long as another is expected: what alerts on missing data go by. It reads
 * `current`, which ends with the data, so it cannot keep itself alive.
 */
export function lastRules(kpi: Kpi): RecordingRule[] {
  const record = names.recordedSeries.last(kpi)
  return partition(kpi, ({ noData, expectedFor }) => ({ noData, expectedFor })).flatMap(
    ({ value, region }) => {
      if (value.noData === 'ignore') return []
      const lastOf = (selector: string) => over('last_over_time', selector, value.expectedFor)
      return [{ record, expr: within(names.recordedSeries.current(kpi), region, lastOf) }]
    },
  )
}
