import type { Options } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen'
import type { Json, PanelSpec } from '../schema.js'
import { type PanelBase, panel } from './panel.js'

/** One bar for each series, in the order of the query. */
export function barGauge(base: PanelBase): PanelSpec {
  const options: Json<Options> = {
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
