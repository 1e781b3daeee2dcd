import type { DataLink } from './links.js'
import type { Target } from './query.js'
import type { PanelSpec, ThresholdsConfig, Transformation, ValueMapping } from './schema.js'

/** What every panel says, whatever its kind. */
export interface PanelBase {
  readonly title: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly targets: readonly Target[]
  /** Grafana's id of the values' unit. */
  readonly unit: string
  /** Shown while there is no value. */
  readonly noValue: string
  readonly thresholds?: ThresholdsConfig
  readonly mappings?: readonly ValueMapping[]
  readonly links?: readonly DataLink[]
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  readonly overrides?: readonly FieldOverride[]
  readonly transformations?: readonly Transformation[]
  /** Most points of a series. */
  readonly maxDataPoints?: number
}

/** Settings for some fields of a panel. */
export interface FieldOverride {
  readonly matcher: { readonly id: string; readonly options: string }
  readonly properties: { readonly id: string; readonly value: unknown }[]
}

/** Settings for the field of this name. */
export function forField(name: string, settings: Readonly<Record<string, unknown>>): FieldOverride {
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries(settings).map(([id, value]) => ({ id, value })),
  }
}

/** A panel of a kind, with the options and the field settings that only this kind has. */
export function panel(
  type: string,
  base: PanelBase,
  options: Record<string, unknown>,
  custom: Record<string, unknown>,
): PanelSpec {
  const { title, description, width, height, targets, transformations, maxDataPoints, overrides = [] } = base
  const { unit, noValue, thresholds, mappings, links, decimals, min, max } = base
  const datasource = targets[0]?.datasource
  return {
    type,
    title,
    description,
    width,
    height,
    ...(datasource === undefined ? {} : { datasource }),
    ...(maxDataPoints === undefined ? {} : { maxDataPoints }),
    targets: targets.map((target) => ({ ...target })),
    ...(transformations === undefined ? {} : { transformations: [...transformations] }),
    fieldConfig: {
      defaults: {
        unit,
        noValue,
        ...(decimals === undefined ? {} : { decimals }),
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        ...(thresholds === undefined ? {} : { thresholds, color: { mode: 'thresholds' } }),
        ...(mappings === undefined ? {} : { mappings: [...mappings] }),
        ...(links === undefined ? {} : { links: [...links] }),
        custom,
      },
      overrides: overrides.map(({ matcher, properties }) => ({ matcher: { ...matcher }, properties })),
    },
    options,
  }
}
