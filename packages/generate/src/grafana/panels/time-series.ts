import type {
  FieldConfig,
  Options,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
import type { Json, PanelSpec } from '../schema.js'
import { type PanelBase, panel } from './panel.js'

export interface TimeSeriesOptions {
  /** Fills the background by thresholds: Grafana's threshold lines would have the colour of the better side. */
  readonly bands?: boolean
  /** Default lines. */
  readonly draw?: 'line' | 'bars'
  /** Draws series on top of one another. */
  readonly stacked?: boolean
}

/** Series over time, each in a colour of its own, whatever the thresholds are. */
export function timeSeries(base: PanelBase, options: TimeSeriesOptions = {}): PanelSpec {
  const { bands = false, draw = 'line', stacked = false } = options
  const custom: Json<FieldConfig> = {
    drawStyle: draw,
    lineWidth: draw === 'line' ? 2 : 1,
    fillOpacity: draw === 'bars' || stacked ? 60 : 0,
    showPoints: 'auto',
    // A gap is shown as one: nothing was measured.
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: bands ? 'area' : 'off' },
  }
  const shown: Json<Options> = {
    legend: {
      showLegend: true,
      displayMode: 'table',
      placement: 'right',
      calcs: ['lastNotNull', 'min', 'max'],
    },
    tooltip: { mode: 'multi', sort: 'desc' },
  }
  const spec = panel('timeseries', base, shown, custom)
  const { fieldConfig } = spec
  if (fieldConfig === undefined) return spec
  const defaults = { ...fieldConfig.defaults, color: { mode: 'palette-classic-by-name' } as const }
  return { ...spec, fieldConfig: { ...fieldConfig, defaults } }
}
