import type { Config, Kpi } from '@mnemoscope/kpi'
import { runbookUrl } from '../annotations.js'
import { kpiThresholds, unknownMapping } from './levels.js'
import { type DataLink, pageLink } from './links.js'
import type { ThresholdsConfig, ValueMapping } from './schema.js'
import { grafanaUnit } from './unit.js'

/** Shown where a KPI has no value: nothing was measured, or too little. */
export const noMeasurement = 'not measured yet, or too few measurements'

/** Shown in a cell of a table where a KPI has no value. */
export const unknownCell = '–'

/** Values below this many decimals are noise in a ratio. */
const ratioDecimals = 1

/** What all panels of a KPI have in common. */
export interface KpiPanelBase {
  readonly unit: string
  readonly noValue: string
  readonly thresholds: ThresholdsConfig
  readonly mappings: readonly ValueMapping[]
  readonly links: readonly DataLink[]
  /** What the colours mean, for the description. */
  readonly thresholdNote: string
  readonly decimals?: number
}

/** Unit, thresholds and runbook of a KPI, as its panels have them. */
export function kpiPanelBase(config: Config, kpi: Kpi): KpiPanelBase {
  return {
    unit: grafanaUnit(kpi.unit),
    noValue: noMeasurement,
    thresholds: kpiThresholds(kpi),
    mappings: [unknownMapping(noMeasurement)],
    links: [pageLink('Runbook', runbookUrl(config, kpi.runbook))],
    thresholdNote: thresholdNote(kpi),
    ...(kpi.unit === '1' ? { decimals: ratioDecimals } : {}),
  }
}

function thresholdNote({ thresholds, overrides, direction }: Kpi): string {
  const levels = Object.entries(thresholds).map(([level, value]) => `${level} ${value}`)
  if (levels.length === 0) return 'It has no thresholds.'
  const side = direction === 'higher_is_better' ? 'at or below' : 'at or above'
  const without =
    overrides.length === 0 ? '' : ' Thresholds of single models and context sizes are not shown here.'
  return `Thresholds, ${side}: ${levels.join(', ')}.${without}`
}
