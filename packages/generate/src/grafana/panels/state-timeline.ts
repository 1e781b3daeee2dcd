import type {
  FieldConfig,
  Options,
} from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen'
import type { Json, PanelSpec } from '../schema.js'
import { type PanelBase, panel } from './panel.js'

/** One lane for each series, coloured by the state that it is in. */
export function stateTimeline(base: PanelBase): PanelSpec {
  const options: Json<Options> = {
    alignValue: 'left',
    mergeValues: true,
    rowHeight: 0.8,
    showValue: 'never',
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'single', sort: 'none' },
  }
  const custom: Json<FieldConfig> = { fillOpacity: 80, lineWidth: 0 }
  return panel('state-timeline', base, options, custom)
}
