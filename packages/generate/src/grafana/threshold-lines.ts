import { type Kpi, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { number } from '../promql.js'
import { levelColor } from './levels.js'
import { type FieldOverride, forField } from './panels/panel.js'
import { rangeQuery, type Target } from './target.js'

/** A threshold as a constant series: its name, level and value. */
interface ThresholdLine {
  readonly name: string
  readonly severity: ThresholdSeverity
  readonly value: number
}

/**
 * Every threshold of a KPI as a constant series, those of single models and context sizes too. Grafana's own threshold
 * lines have the colour of the side above them, which is the wrong one where higher is better.
 */
export function thresholdLines(kpi: Pick<Kpi, 'thresholds' | 'overrides'>): {
  targets: Target[]
  overrides: FieldOverride[]
} {
  const lines = [
    ...linesOf(kpi.thresholds, ''),
    ...kpi.overrides.flatMap(({ thresholds, model, contextSize }) =>
      linesOf(thresholds, ` (${[model, contextSize].filter((part) => part !== undefined).join(', ')})`),
    ),
  ]
  return {
    targets: lines.map(({ name, value }, i) =>
      rangeQuery(`vector(${number(value)})`, { refId: `threshold_${i + 1}`, legend: name }),
    ),
    overrides: lines.map(({ name, severity }) =>
      forField(name, {
        color: { mode: 'fixed', fixedColor: levelColor[severity] },
        'custom.lineStyle': { fill: 'dash', dash: [8, 6] },
        'custom.lineWidth': 1,
        'custom.showPoints': 'never',
      }),
    ),
  }
}

function linesOf(thresholds: Kpi['thresholds'], where: string): ThresholdLine[] {
  return thresholdSeverities.flatMap((severity) => {
    const value = thresholds[severity]
    return value === undefined ? [] : [{ name: `${severity}${where}`, severity, value }]
  })
}
