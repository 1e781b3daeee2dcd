import type {
  FieldConfig,
  Options,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import { severityMappings } from './levels.js'
import { type FieldOverride, forField, type PanelBase, panel } from './panel.js'
import type { Json, PanelSpec } from './schema.js'

/** Rows of a query. */
export function table(base: PanelBase): PanelSpec {
  const custom: Json<FieldConfig> = {
    align: 'auto',
    cellOptions: { type: 'auto' },
    filterable: true,
    inspect: false,
  }
  const options: Json<Options> = { frameIndex: 0, showHeader: true, cellHeight: 'sm' }
  return panel('table', base, options, custom)
}

/** Fills the cells of a column with the colour of their value. */
export const colouredCells = { type: 'color-background', mode: 'basic' } as const

/** A hidden column that links read. */
export function hiddenField(name: string): FieldOverride {
  return forField(name, { 'custom.hideFrom': { viz: true, legend: true, tooltip: true } })
}

/** The column `severity` in its levels' colours. */
export const severityColumn: FieldOverride = forField('severity', {
  mappings: severityMappings,
  'custom.cellOptions': colouredCells,
  'custom.width': 90,
})
