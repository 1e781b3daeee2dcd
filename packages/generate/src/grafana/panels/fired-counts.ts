import { names, thresholdSeverities } from '@mnemoscope/kpi'
import { is } from '../../promql.js'
import { levelColor, steps } from '../levels.js'
import type { PanelSpec } from '../schema.js'
import { selected, variable } from '../selection.js'
import { instantQuery } from '../target.js'
import { forField } from './panel.js'
import { stat } from './stat.js'

/** How many alerts of KPIs fired within the chosen window in Prometheus itself, by level; also those that ended since. */
export function firedCounts(size: { width: number; height: number }): PanelSpec {
  const fired = (severity: string) =>
    `max_over_time(${selected('ALERTS', [is('alertstate', 'firing'), is(names.label.severity, severity)])}[$${variable.window}])`
  return stat(
    {
      ...size,
      title: `By level over $${variable.window}`,
      description:
        'Alerts of KPIs that Prometheus had firing at any time of the chosen window. Milder levels fire along with worse ones.',
      unit: 'none',
      noValue: '0',
      thresholds: steps(levelColor.healthy),
      targets: thresholdSeverities
        .toReversed()
        .map((severity) =>
          instantQuery(`count(${fired(severity)}) or vector(0)`, { refId: severity, legend: severity }),
        ),
      overrides: thresholdSeverities.map((severity) =>
        forField(severity, { thresholds: steps(levelColor.healthy, [1, levelColor[severity]]) }),
      ),
    },
    { colorMode: 'background', textMode: 'value_and_name' },
  )
}
