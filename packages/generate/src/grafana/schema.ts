import type * as grafana from '@grafana/schema'

/** A type of Grafana's schema as its JSON has it: enum members by their values. */
export type Json<T> = unknown extends T
  ? T
  : T extends string
    ? `${T}`
    : T extends number
      ? number
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T

export type Dashboard = Json<Omit<grafana.Dashboard, 'annotations'>> & {
  readonly annotations: { readonly list: readonly Annotation[] }
}
export type Panel = Json<grafana.Panel>
export type RowPanel = Json<grafana.RowPanel>
export type Variable = Json<grafana.VariableModel>
export type DashboardLink = Json<grafana.DashboardLink>
export type FieldConfig = Json<grafana.FieldConfig>
export type FieldConfigSource = Json<grafana.FieldConfigSource>
export type ThresholdsConfig = Json<grafana.ThresholdsConfig>
export type Threshold = Json<grafana.Threshold>
export type ValueMapping = Json<grafana.ValueMapping>
export type Transformation = Json<grafana.DataTransformerConfig>
/** Query languages add keys of their own to an annotation and its query: `expr`, `titleFormat`. */
export type Annotation = Json<Omit<grafana.AnnotationQuery, 'target'>> &
  Readonly<Record<string, unknown>> & { readonly target: Readonly<Record<string, unknown>> }

/** A panel before the layout gives it its id and its place; Grafana's grid is 24 columns wide. */
export interface PanelSpec extends Omit<Panel, 'id' | 'gridPos'> {
  readonly width: number
  readonly height: number
}
