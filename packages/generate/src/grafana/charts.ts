import type * as barGaugeTypes from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen'
import type * as heatmapTypes from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen'
import type * as statTypes from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type * as stateTimelineTypes from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen'
import type * as timeSeriesTypes from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
import { type PanelBase, panel } from './panel.js'
import type { Json, PanelSpec } from './schema.js'

export interface StatOptions {
  /** What the colour of the thresholds goes to. Default `value`. */
  readonly colorMode?: Json<statTypes.Options>['colorMode']
  /** Default `auto`: the value, and the name where there are several. */
  readonly textMode?: Json<statTypes.Options>['textMode']
}

/** The newest value of each series, large. */
export function stat(
  base: PanelBase,
  { colorMode = 'value', textMode = 'auto' }: StatOptions = {},
): PanelSpec {
  const options: Json<statTypes.Options> = {
    colorMode,
    textMode,
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    percentChangeColorMode: 'standard',
    showPercentChange: false,
    wideLayout: true,
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  }
  return panel('stat', base, options, {})
}

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
  const custom: Json<timeSeriesTypes.FieldConfig> = {
    drawStyle: draw,
    lineWidth: draw === 'line' ? 2 : 1,
    fillOpacity: draw === 'bars' || stacked ? 60 : 0,
    showPoints: 'auto',
    // A gap is shown as one: nothing was measured.
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: bands ? 'area' : 'off' },
  }
  const shown: Json<timeSeriesTypes.Options> = {
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

/** One bar for each series, in the order of the query. */
export function barGauge(base: PanelBase): PanelSpec {
  const options: Json<barGaugeTypes.Options> = {
    displayMode: 'basic',
    orientation: 'horizontal',
    namePlacement: 'left',
    valueMode: 'color',
    showUnfilled: true,
    sizing: 'auto',
    minVizHeight: 16,
    minVizWidth: 8,
    maxVizHeight: 24,
    legend: { showLegend: false, displayMode: 'list', placement: 'bottom', calcs: [] },
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  }
  return panel('bargauge', base, options, {})
}

/** Buckets over time: the query gives one series for each bucket, named by its upper boundary. */
export function heatmap(base: PanelBase): PanelSpec {
  const options: Json<heatmapTypes.Options> = {
    calculate: false,
    cellGap: 1,
    color: {
      mode: 'scheme',
      scheme: 'Blues',
      exponent: 0.5,
      fill: 'blue',
      reverse: true,
      scale: 'exponential',
      steps: 64,
    },
    exemplars: { color: 'rgba(255,0,255,0.7)' },
    filterValues: { le: 1e-9 },
    legend: { show: true },
    rowsFrame: { layout: 'auto' },
    showValue: 'never',
    tooltip: { mode: 'single', yHistogram: false, showColorScale: true },
    yAxis: { axisPlacement: 'left', reverse: false, unit: base.unit },
  }
  const custom: Json<heatmapTypes.FieldConfig> = { scaleDistribution: { type: 'linear' } }
  return panel('heatmap', base, options, custom)
}

/** One lane for each series, coloured by the state that it is in. */
export function stateTimeline(base: PanelBase): PanelSpec {
  const options: Json<stateTimelineTypes.Options> = {
    alignValue: 'left',
    mergeValues: true,
    rowHeight: 0.8,
    showValue: 'never',
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'single', sort: 'none' },
  }
  const custom: Json<stateTimelineTypes.FieldConfig> = { fillOpacity: 80, lineWidth: 0 }
  return panel('state-timeline', base, options, custom)
}
