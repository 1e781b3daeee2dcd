import { names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { is } from '../../promql.js'
import { levelColor, steps } from '../levels.js'
import type { PanelSpec } from '../schema.js'
import { selected } from '../selection.js'
import { instantQuery } from '../target.js'
import { forField } from './panel.js'
import { stat } from './stat.js'

/** The parts of a panel that its numbers do not depend on; sizes in Grafana's grid units. */
export interface CountsOptions {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly description: string
}

/**
 * How many series a query has for each level, the worst level first; 0 where it has none.
 * @param ofLevel PromQL of the series to be counted
 */
export function countsByLevel(
  options: CountsOptions,
  ofLevel: (severity: ThresholdSeverity) => string,
): PanelSpec {
  return stat(
    {
      ...options,
      unit: 'none',
      noValue: '0',
      thresholds: steps(levelColor.healthy),
      targets: thresholdSeverities
        .toReversed()
        .map((severity) =>
          instantQuery(`count(${ofLevel(severity)}) or vector(0)`, { refId: severity, legend: severity }),
        ),
      overrides: thresholdSeverities.map((severity) =>
        forField(severity, { thresholds: steps(levelColor.healthy, [1, levelColor[severity]]) }),
      ),
    },
    { colorMode: 'background', textMode: 'value_and_name' },
  )
}

/** The selected alerts of a level that fire in Prometheus itself. */
export function firingAlerts(severity: ThresholdSeverity): string {
  return selected('ALERTS', [is('alertstate', 'firing'), is(names.label.severity, severity)])
}
