import { durationSeconds } from '../duration.js'
import type { Instrument, Kpi, KpiOverride, Statistic, Thresholds } from '../kpi.js'
import { hasSum, judgedRange, outcomesOf } from '../measurement.js'
import { instrumentationMetric, label, latestName, metricName } from '../names.js'
import { thresholdSeverities } from '../severity.js'
import { overridden, overrideKeys } from '../thresholds.js'
import type { ConfigIssue } from './issues.js'
import type { Settings } from './schema.js'
import { sourceIssues } from './source-issues.js'

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
    ...sourceIssues(kpi, path, contextSizes),
    ...judgementIssues(kpi, path),
    ...thresholdIssues(kpi, kpi.thresholds, `${path}.thresholds`),
    ...kpi.overrides.flatMap((override, i) =>
      overrideIssues(kpi, override, i, `${path}.overrides[${i}]`, contextSizes),
    ),
  ]
}

function declarationIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  if (kpi.instrument === 'histogram' && kpi.source === undefined && kpi.boundaries.length < 2) {
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

/** Thresholds must lie where values may be, and get worse from warning to critical, in the KPI's own direction. */
function thresholdIssues(kpi: Kpi, thresholds: Thresholds, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const { min, max } = judgedRange(kpi)
  const set = thresholdSeverities.flatMap((severity) => {
    const value = thresholds[severity]
    return value === undefined ? [] : [{ severity, value }]
  })
  for (const { severity, value } of set) {
    if (value < min || value > max) {
      issues.push({
        path: `${path}.${severity}`,
        value,
        expected: `between ${min} and ${max}, where values can be`,
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
  // An issue of the KPI itself is reported once, not again for each of its overrides.
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
    .findIndex((other) => overrideKeys.every((key) => other[key] === override[key]))
  if (twin >= 0) {
    issues.push({
      path,
      value: override,
      expected: `one override for a model, operation and context size; overrides[${twin}] is for the same`,
    })
  }
  return issues
}

const statisticsOf: Readonly<Record<Instrument, readonly Statistic[]>> = {
  histogram: ['mean', 'p50', 'p90', 'p95', 'p99'],
  gauge: ['newest'],
  counter: ['ratio'],
}

/** What is wrong with the way a KPI, or an override of it, judges its measurements. */
export function judgementIssues(kpi: Kpi, path: string): ConfigIssue[] {
  return [...statisticIssues(kpi, path), ...expiryIssues(kpi, path), ...targetIssues(kpi, path)]
}

function statisticIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const statistics = statisticsOf[kpi.instrument]
  if (!statistics.includes(kpi.statistic)) {
    const expected = `for a ${kpi.instrument}: ${statistics.join(' or ')}`
    return [{ path: `${path}.statistic`, value: kpi.statistic, expected }]
  }
  // Prometheus takes a falling sum for a restarted counter.
  if (kpi.instrument === 'histogram' && kpi.statistic === 'mean' && !hasSum(kpi)) {
    const expected = 'a quantile: the sum of a histogram with negative values can fall, so it has no mean'
    return [{ path: `${path}.statistic`, value: kpi.statistic, expected }]
  }
  return []
}

/** A value must live long enough to be compared, and for an alert to wait for it. A gauge has none of this. */
function expiryIssues(kpi: Kpi, path: string): ConfigIssue[] {
  if (kpi.instrument === 'gauge' || durationSeconds(kpi.for) < durationSeconds(kpi.expiry)) return []
  const expected = `shorter than expiry (${kpi.expiry}): a value that has expired raises no alert`
  return [{ path: `${path}.for`, value: kpi.for, expected }]
}

/** Values that expire between two looks at their operations: nothing could ever be judged. */
export function clockIssues(
  kpi: Kpi,
  path: string,
  { scrapeInterval, alertCheckInterval }: Pick<Settings, 'scrapeInterval' | 'alertCheckInterval'>,
): ConfigIssue[] {
  if (kpi.instrument === 'gauge') return []
  const slower = [scrapeInterval, alertCheckInterval].sort(
    (a, b) => durationSeconds(b) - durationSeconds(a),
  )[0]
  const least = 2 * durationSeconds(slower as string)
  const own = kpi.overrides.map(({ expiry }, i) => ({ at: `${path}.overrides[${i}].expiry`, expiry }))
  return [{ at: `${path}.expiry`, expiry: kpi.expiry }, ...own].flatMap(({ at, expiry }): ConfigIssue[] =>
    expiry === undefined || durationSeconds(expiry) >= least
      ? []
      : [
          {
            path: at,
            value: expiry,
            expected: `at least twice scrapeInterval and alertCheckInterval (${slower})`,
          },
        ],
  )
}

function targetIssues(kpi: Kpi, path: string): ConfigIssue[] {
  if (kpi.target === undefined) return []
  const at = `${path}.target`
  if (kpi.statistic !== 'ratio') {
    return [{ path: at, value: kpi.target, expected: 'a target only for a counter: it is kept as a share' }]
  }
  return kpi.target > 0 && kpi.target < 1
    ? []
    : [{ path: at, value: kpi.target, expected: 'between 0 and 1, both excluded' }]
}

/** Labels that every series has already, or that Prometheus gives it. */
const takenLabels: readonly string[] = [
  label.job,
  label.instance,
  label.model,
  label.contextSize,
  label.operation,
  'le',
  'quantile',
]

/** Labels of a KPI that it cannot have: Prometheus refuses a service's scrape if a label or series comes twice. */
export function labelIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const own = Object.entries(kpi.labels)
  const declared: [path: string, name: string, taken: readonly string[]][] = own.map(([name]) => [
    `${path}.labels.${name}`,
    name,
    takenLabels,
  ])
  if (kpi.outcomes !== undefined) {
    const others = own.map(([name]) => name)
    declared.push([`${path}.outcomes.label`, kpi.outcomes.label, [...takenLabels, ...others]])
  }
  for (const [at, name, taken] of declared) {
    if (!taken.includes(name)) continue
    issues.push({
      path: at,
      value: name,
      expected: 'another name: its series already have a label of this name',
    })
  }
  for (const [name, values] of own) {
    if (new Set(values).size === values.length) continue
    issues.push({ path: `${path}.labels.${name}`, value: values, expected: 'each value once' })
  }
  return issues
}

/** KPIs that would have the same metric in Prometheus. */
export function metricIssues(kpis: readonly Kpi[]): ConfigIssue[] {
  const owners = new Map<string, string>(
    Object.values(instrumentationMetric).map((name) => [name, 'the instrumentation itself']),
  )
  return kpis.flatMap((kpi) => {
    const names = [...new Set(namesOf(kpi))]
    const taken = names.find((name) => owners.has(name))
    for (const name of names) if (!owners.has(name)) owners.set(name, `kpis.${kpi.id}`)
    if (taken === undefined) return []
    const expected = `another name for it: its metric ${taken} is that of ${owners.get(taken)}`
    return [{ path: `kpis.${kpi.id}`, value: kpi.outcomes?.counter ?? kpi.id, expected }]
  })
}

/** Names of a KPI's series in Prometheus. */
function namesOf(kpi: Kpi): string[] {
  const metric = metricName(kpi)
  const measured =
    kpi.instrument === 'histogram' ? ['', '_bucket', '_sum', '_count'].map((end) => metric + end) : [metric]
  return [...measured, latestName(kpi)]
}
