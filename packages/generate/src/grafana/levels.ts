import { type Kpi, type Severity, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { number } from '../promql.js'
import { type FieldOverride, forField } from './panel.js'
import { rangeQuery, type Target } from './query.js'
import type { Threshold, ThresholdsConfig, ValueMapping } from './schema.js'

/** One colour for each level on every dashboard; `healthy` is a value that no threshold is breached by. */
export const levelColor = {
  healthy: 'green',
  info: 'blue',
  warning: 'yellow',
  error: 'orange',
  critical: 'red',
} as const satisfies Record<Severity | 'healthy', string>

/** A colour that judges nothing. */
export const neutralColor = 'text'

/** The colour of what is not known. Without a mapping Grafana gives it that of the first step: the worst one, or healthy. */
const unknownColor = '#808080'

/** Shows a value that is not known as a text, in a colour that judges nothing. */
export function unknownMapping(text: string): ValueMapping {
  return { type: 'special', options: { match: 'null+nan', result: { text, color: unknownColor, index: 0 } } }
}

/**
 * Colour steps of a KPI's values. Grafana gives a value the colour of the last step at or below it, and draws the areas
 * of a chart alike, so where higher is better the scale begins with the worst colour. A value at a threshold breaches
 * it, so there a step begins right above the threshold.
 */
export function kpiThresholds(kpi: Pick<Kpi, 'direction' | 'thresholds'>): ThresholdsConfig {
  const set = thresholdSeverities.flatMap((severity) => {
    const value = kpi.thresholds[severity]
    return value === undefined ? [] : [{ severity, value }]
  })
  const worst = set.at(-1)
  if (worst === undefined) return absolute([first(neutralColor)])
  if (kpi.direction === 'lower_is_better') {
    return absolute([
      first(levelColor.healthy),
      ...set.map(({ severity, value }) => ({ color: levelColor[severity], value })),
    ])
  }
  const rising = set.toReversed()
  return absolute([
    first(levelColor[worst.severity]),
    ...rising.map(({ value }, i) => ({
      color: levelColor[rising[i + 1]?.severity ?? 'healthy'],
      value: nextAbove(value),
    })),
  ])
}

/** Whether a KPI has any threshold of its own. */
export function hasThresholds(kpi: Pick<Kpi, 'thresholds'>): boolean {
  return Object.values(kpi.thresholds).some((value) => value !== undefined)
}

/** Colour steps at fixed values; the first has no lower end. */
export function steps(lowest: string, ...rising: readonly (readonly [number, string])[]): ThresholdsConfig {
  return absolute([first(lowest), ...rising.map(([value, color]) => ({ color, value }))])
}

/** The rank of a level in a query: 0 where nothing fires. */
export function levelRank(severity: ThresholdSeverity): number {
  return thresholdSeverities.indexOf(severity) + 1
}

/** Ranks of levels as words and colours. */
export const rankMappings: ValueMapping[] = [
  {
    type: 'value',
    options: Object.fromEntries([
      ['0', { text: 'healthy', color: levelColor.healthy, index: 0 }],
      ...thresholdSeverities.map((severity) => [
        String(levelRank(severity)),
        { text: severity, color: levelColor[severity], index: levelRank(severity) },
      ]),
    ]),
  },
]

/** Levels, as words, with their colours. */
export const severityMappings: ValueMapping[] = [
  {
    type: 'value',
    options: Object.fromEntries(
      Object.entries(levelColor).map(([level, color], index) => [level, { text: level, color, index }]),
    ),
  },
]

function absolute(all: Threshold[]): ThresholdsConfig {
  return { mode: 'absolute', steps: all }
}

/** Grafana writes the step without a lower end with `null`, which its schema's type leaves out. */
function first(color: string): Threshold {
  return { color, value: null }
}

/** The next double above a number: https://en.wikipedia.org/wiki/Unit_in_the_last_place */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return bits.getFloat64(0)
}

/** A threshold as a constant series: its name, level and value. */
interface ThresholdLine {
  readonly name: string
  readonly severity: ThresholdSeverity
  readonly value: number
}

/**
 * Every threshold of a KPI as a constant series, those of single models, context sizes and operations too. Grafana's own threshold
 * lines have the colour of the side above them, which is the wrong one where higher is better.
 */
export function thresholdLines(kpi: Pick<Kpi, 'thresholds' | 'overrides'>): {
  targets: Target[]
  overrides: FieldOverride[]
} {
  const lines = [
    ...linesOf(kpi.thresholds, ''),
    ...kpi.overrides.flatMap(({ thresholds, model, operation, contextSize }) =>
      linesOf(
        thresholds,
        ` (${[model, operation, contextSize].filter((part) => part !== undefined).join(', ')})`,
      ),
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
