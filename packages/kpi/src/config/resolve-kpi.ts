import { overridden } from '../breach.js'
import { withThresholds } from '../buckets.js'
import type { Kpi, KpiDeclaration, KpiOverride, Thresholds } from '../kpi.js'
import { outcomesOf } from '../measurement.js'
import { thresholdSeverities } from '../severity.js'
import type { ConfigIssue } from './issues.js'
import { judgementIssues } from './judgement-issues.js'
import { labelIssues } from './name-issues.js'

/** What a KPI declaration leaves out. */
const defaults = {
  window: '5m',
  minSamples: 20,
  sparseWindow: '30m',
  sparseMinSamples: 3,
  // Just longer than an hour, so that one operation an hour always lies in it.
  rareWindow: '75m',
  for: '0s',
  keepFiringFor: '1m',
  hysteresis: 0.02,
  noData: 'ignore',
  expectedFor: '6h',
} as const

/** A gauge is read at every scrape, however little traffic there is: one reading is a value. */
const gaugeDefaults = { minSamples: 1 } as const

/** A KPI with every default filled in and its thresholds among its boundaries. */
export function resolveKpi(id: string, declaration: KpiDeclaration): Kpi {
  const overrides = declaration.overrides ?? []
  const thresholds = declaration.thresholds ?? {}
  const kpi: Kpi = {
    ...defaults,
    ...(declaration.instrument === 'gauge' ? gaugeDefaults : {}),
    runbook: `${id.replaceAll('_', '-')}.md`,
    labels: {},
    ...declaration,
    id,
    overrides,
    thresholds,
    boundaries: [],
  }
  if (kpi.instrument !== 'histogram') return kpi
  return { ...kpi, boundaries: withThresholds(declaration.boundaries ?? [], kpi) }
}

/**
 * What is wrong with a KPI beyond the shape of its declaration.
 * @param path where the config declares it
 * @param contextSizes the configured classes; undefined while they are themselves invalid
 */
export function kpiIssues(
  kpi: Kpi,
  path: string,
  contextSizes: readonly number[] | undefined,
): ConfigIssue[] {
  return [
    ...declarationIssues(kpi, path),
    ...labelIssues(kpi, path),
    ...judgementIssues(kpi, path),
    ...thresholdIssues(kpi, kpi.thresholds, `${path}.thresholds`),
    ...kpi.overrides.flatMap((override, i) =>
      overrideIssues(kpi, override, i, `${path}.overrides[${i}]`, contextSizes),
    ),
  ]
}

function declarationIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  if (kpi.instrument === 'histogram' && kpi.boundaries.length < 2) {
    issues.push({
      path: `${path}.boundaries`,
      value: kpi.boundaries,
      expected: 'two or more, thresholds among them: with fewer every quantile is the same',
    })
  }
  if ((kpi.instrument === 'counter') !== (kpi.outcomes !== undefined)) {
    issues.push({
      path: `${path}.outcomes`,
      value: kpi.outcomes,
      expected: 'outcomes for a counter, and only for a counter',
    })
  }
  const outcomes = outcomesOf(kpi)
  if (new Set(outcomes).size < outcomes.length) {
    issues.push({ path: `${path}.outcomes`, value: outcomes, expected: 'each outcome in one list, once' })
  }
  if (kpi.range.min >= kpi.range.max) {
    issues.push({ path: `${path}.range`, value: kpi.range, expected: 'min below max' })
  }
  return issues
}

/** Thresholds must lie in the KPI's range and get worse from warning to critical, in its own direction. */
function thresholdIssues(kpi: Kpi, thresholds: Thresholds, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const set = thresholdSeverities.flatMap((severity) => {
    const value = thresholds[severity]
    return value === undefined ? [] : [{ severity, value }]
  })
  for (const { severity, value } of set) {
    if (value < kpi.range.min || value > kpi.range.max) {
      issues.push({
        path: `${path}.${severity}`,
        value,
        expected: `between ${kpi.range.min} and ${kpi.range.max}`,
      })
    }
  }
  const sign = kpi.direction === 'higher_is_better' ? -1 : 1
  for (const [i, { severity, value }] of set.entries()) {
    const milder = set[i - 1]
    if (milder !== undefined && sign * value <= sign * milder.value) {
      const side = sign < 0 ? 'below' : 'above'
      const sense = kpi.direction.replaceAll('_', ' ')
      issues.push({
        path: `${path}.${severity}`,
        value,
        expected: `${side} ${milder.severity} (${milder.value}), because ${sense}`,
      })
    }
  }
  return issues
}

function overrideIssues(
  kpi: Kpi,
  override: KpiOverride,
  index: number,
  path: string,
  contextSizes: readonly number[] | undefined,
): ConfigIssue[] {
  const there = overridden(kpi, override)
  const issues = thresholdIssues(kpi, there.thresholds, `${path}.thresholds`)
  // What is wrong with the KPI itself is told once, not again for each of its overrides.
  if (judgementIssues(kpi, path).length === 0) issues.push(...judgementIssues(there, path))
  if (override.contextSize !== undefined && contextSizes?.includes(override.contextSize) === false) {
    issues.push({
      path: `${path}.contextSize`,
      value: override.contextSize,
      expected: `one of contextSizes: ${contextSizes?.join(', ')}`,
    })
  }
  const twin = kpi.overrides
    .slice(0, index)
    .findIndex(({ model, contextSize }) => model === override.model && contextSize === override.contextSize)
  if (twin >= 0) {
    issues.push({
      path,
      value: override,
      expected: `one override for a model and context size; overrides[${twin}] is for the same`,
    })
  }
  return issues
}
