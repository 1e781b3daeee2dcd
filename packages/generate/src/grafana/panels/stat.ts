import type { Options } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type { Json, PanelSpec } from '../schema.js'
import { type PanelBase, panel } from './panel.js'

export interface StatOptions {
  /** What the colour of the thresholds goes to. Default `value`. */
  readonly colorMode?: Json<Options>['colorMode']
  /** Default `auto`: the value, and the name where there are several. */
  readonly textMode?: Json<Options>['textMode']
}

/** The newest value of each series, large. */
export function stat(
  base: PanelBase,
  { colorMode = 'value', textMode = 'auto' }: StatOptions = {},
): PanelSpec {
  const options: Json<Options> = {
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
