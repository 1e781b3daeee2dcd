import { names, thresholdSeverities } from '@mnemoscope/kpi'
import { is } from '../../promql.js'
import { levelColor, steps } from '../levels.js'
import type { PanelSpec } from '../schema.js'
import { selected } from '../selection.js'
import { instantQuery } from '../target.js'
import { forField } from './panel.js'
import { stat } from './stat.js'

/** How many alerts of KPIs fire in Prometheus itself, by level, whatever the recorder knows of them. */
export function firingCounts(size: { width: number; height: number }): PanelSpec {
  return stat(
    {
      ...size,
      title: 'Firing now, by level',
      description:
        'Alerts of KPIs that Prometheus has firing. Milder levels fire along with worse ones. ' +
        'Should the history beside it disagree for long, look at the pipeline’s health.',
      unit: 'none',
      noValue: '0',
      thresholds: steps(levelColor.healthy),
      targets: thresholdSeverities
        .toReversed()
        .map((severity) =>
          instantQuery(
            `count(${selected('ALERTS', [is('alertstate', 'firing'), is(names.label.severity, severity)])}) or vector(0)`,
            { refId: severity, legend: severity },
          ),
        ),
      overrides: thresholdSeverities.map((severity) =>
        forField(severity, { thresholds: steps(levelColor.healthy, [1, levelColor[severity]]) }),
      ),
    },
    { colorMode: 'background', textMode: 'value_and_name' },
  )
}
