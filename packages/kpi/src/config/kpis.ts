import { histogramBoundaries } from '../boundaries.js'
import { type BuiltInKpiId, catalog } from '../catalog/index.js'
import type { Kpi, KpiDeclaration } from '../kpi.js'
import type { KpiSource } from '../source/source.js'
import { conversionOf, converted } from '../source/units.js'
import { defaultOperations, withoutUnset } from '../thresholds.js'
import { type ConfigIssue, hiddenValue, issuesOf, unknownKey } from './issues.js'
import { builtInKpiSchema, customKpiSchema, kpiIdPattern } from './schema.js'
import { resolveSource, withSourceObject } from './source-schema.js'

/**
 * The KPIs of a configuration by id: the catalog's, and the declared ones over them.
 * @param input what the configuration and its plugins declare
 * @param issues takes what is wrong with a declaration
 */
export function declareKpis(input: unknown, issues: ConfigIssue[]): Record<string, Kpi> {
  const kpis: Record<string, Kpi> = {}
  for (const [id, declaration] of Object.entries(catalog)) kpis[id] = resolveKpi(id, declaration)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    issues.push({ path: 'kpis', value: hiddenValue(input), expected: 'an object with KPI ids as keys' })
    return kpis
  }
  for (const [id, written] of Object.entries(input)) {
    if (written === undefined) continue
    const declaration = withSourceObject(written)
    const builtIn: KpiDeclaration | undefined = Object.hasOwn(catalog, id)
      ? catalog[id as BuiltInKpiId]
      : undefined
    const schema = builtIn === undefined ? customKpiSchema : builtInKpiSchema
    const parsed = schema.safeParse(declaration)
    if (!kpiIdPattern.test(id)) {
      issues.push({ path: `kpis.${id}`, value: id, expected: 'a snake_case id such as "recall_at_5"' })
    } else if (reservedIds.includes(id)) {
      issues.push({
        path: `kpis.${id}`,
        value: id,
        expected: 'another id: every handle has a member of this name',
      })
    } else if (builtIn === undefined && looksMistyped(declaration)) {
      issues.push(unknownKey(['kpis', id], hiddenValue(declaration), Object.keys(catalog)))
    } else if (!parsed.success) {
      issues.push(...issuesOf(parsed.error, schema, declaration, ['kpis', id]))
    } else {
      const { source, ...given } = Object.fromEntries(
        Object.entries(parsed.data).filter(([, value]) => value !== undefined),
      ) as typeof parsed.data
      if (source !== undefined && given.boundaries !== undefined) {
        const expected = 'no boundaries: they are those of the source, in source.boundaries'
        issues.push({ path: `kpis.${id}.boundaries`, value: given.boundaries, expected })
      }
      const merged = mergeKpi(builtIn, given as Partial<KpiDeclaration>)
      kpis[id] = resolveKpi(
        id,
        source === undefined ? merged : { ...merged, source: resolveSource(source, merged.unit) },
      )
    }
  }
  return kpis
}

/** Members of a handle, which has a property for each KPI; every object has the last one. */
const reservedIds: readonly string[] = ['operation', 'time', 'constructor']

/** Thresholds merge level by level, everything else is replaced. */
function mergeKpi(base: KpiDeclaration | undefined, given: Partial<KpiDeclaration>): KpiDeclaration {
  return {
    ...base,
    ...given,
    thresholds: { ...base?.thresholds, ...given.thresholds },
  } as KpiDeclaration
}

/** Whether a custom KPI lacks every required key: then it is a mistyped name of a built-in KPI. */
function looksMistyped(declaration: unknown): boolean {
  return (
    typeof declaration === 'object' &&
    declaration !== null &&
    !['title', 'description', 'unit', 'instrument', 'statistic', 'direction'].some(
      (key) => key in declaration,
    )
  )
}

/** What a KPI declaration leaves out. */
const defaults = {
  // Just longer than an hour: one operation an hour keeps a value known.
  expiry: '75m',
  for: '0s',
  keepFiringFor: '0s',
  hysteresis: 0.02,
  noData: 'ignore',
  expectedFor: '6h',
} as const

/** A KPI with every default filled in and its boundaries laid. */
function resolveKpi(id: string, declaration: KpiDeclaration): Kpi {
  const overrides = declaration.overrides ?? []
  const thresholds = withoutUnset(declaration.thresholds ?? {})
  const kpi: Kpi = {
    ...defaults,
    operations: defaultOperations(declaration.statistic),
    assumedDeviation: defaultDeviation(declaration),
    runbook: `${id.replaceAll('_', '-')}.md`,
    labels: {},
    ...declaration,
    id,
    overrides,
    thresholds,
    boundaries: [],
  }
  if (kpi.instrument !== 'histogram') return kpi
  if (kpi.source !== undefined) return { ...kpi, boundaries: sourceBoundaries(kpi, kpi.source) }
  return { ...kpi, boundaries: histogramBoundaries(declaration.boundaries ?? [], kpi) }
}

/** The boundaries of a foreign histogram in the KPI's unit; none where they are not known. */
function sourceBoundaries({ unit }: Kpi, source: KpiSource): number[] {
  const conversion = conversionOf(source.unit, unit)
  if (conversion === undefined) return []
  return (source.boundaries ?? []).map((boundary) => converted(boundary, conversion))
}

/** What single operations usually differ by: of a share 0.15, of anything else a fifth of its mildest threshold. */
function defaultDeviation({ unit, instrument, range, thresholds, overrides = [] }: KpiDeclaration): number {
  if (unit === '1') return 0.15
  // What a gauge reads is certain.
  if (instrument === 'gauge') return (range.max - range.min) / 5
  const all = [thresholds, ...overrides.map((override) => override.thresholds)]
  const [mildest] = all.flatMap((each = {}) => each.warning ?? each.error ?? each.critical ?? [])
  return mildest ? Math.abs(mildest) / 5 : (range.max - range.min) / 5
}
