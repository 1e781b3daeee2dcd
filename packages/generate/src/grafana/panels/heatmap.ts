import type {
  FieldConfig,
  Options,
} from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen'
import type { Json, PanelSpec } from '../schema.js'
import { type PanelBase, panel } from './panel.js'

/** Buckets over time: the query gives one series for each bucket, named by its upper boundary. */
export function heatmap(base: PanelBase): PanelSpec {
  const options: Json<Options> = {
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
  const custom: Json<FieldConfig> = { scaleDistribution: { type: 'linear' } }
  return panel('heatmap', base, options, custom)
}
