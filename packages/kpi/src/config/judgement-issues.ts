import { durationSeconds } from '../duration.js'
import type { Instrument, Kpi, Statistic } from '../kpi.js'
import type { ConfigIssue } from './issues.js'

const statisticsOf: Readonly<Record<Instrument, readonly Statistic[]>> = {
  histogram: ['mean', 'p50', 'p90', 'p95', 'p99'],
  gauge: ['mean', 'max'],
  counter: ['ratio'],
}

/** What is wrong with the way a KPI, or an override of it, judges its measurements. */
export function judgementIssues(kpi: Kpi, path: string): ConfigIssue[] {
  return [...statisticIssues(kpi, path), ...windowIssues(kpi, path), ...targetIssues(kpi, path)]
}

function statisticIssues(kpi: Kpi, path: string): ConfigIssue[] {
  const statistics = statisticsOf[kpi.instrument]
  if (!statistics.includes(kpi.statistic)) {
    const expected = `for a ${kpi.instrument}: ${statistics.join(' or ')}`
    return [{ path: `${path}.statistic`, value: kpi.statistic, expected }]
  }
  // Prometheus takes a falling sum for a restarted counter.
  if (kpi.instrument === 'histogram' && kpi.statistic === 'mean' && kpi.range.min < 0) {
    const expected = 'a quantile: the sum of a histogram with negative values can fall, so it has no mean'
    return [{ path: `${path}.statistic`, value: kpi.statistic, expected }]
  }
  return []
}

/** Each window must be longer than the one it stands in for. A gauge has only the first. */
function windowIssues(kpi: Kpi, path: string): ConfigIssue[] {
  if (kpi.instrument === 'gauge') return []
  const windows = ['window', 'sparseWindow', 'rareWindow'] as const
  return windows.slice(1).flatMap((key, i): ConfigIssue[] => {
    const shorter = windows[i] as (typeof windows)[number]
    if (durationSeconds(kpi[key]) > durationSeconds(kpi[shorter])) return []
    return [{ path: `${path}.${key}`, value: kpi[key], expected: `longer than ${shorter} (${kpi[shorter]})` }]
  })
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
