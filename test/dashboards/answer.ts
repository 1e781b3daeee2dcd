import { durationSeconds } from '@mnemoscope/kpi'
import { expandPromql, intervalSeconds, type Look } from './expand.js'
import { type Asked, look } from './look.js'
import type { SeededPrometheus, Series } from './seed/prometheus.js'

/** What Prometheus answers to a query, asked as Grafana asks it. */
export function answerOf(
  prometheus: SeededPrometheus,
  { target, panel }: Asked,
  at: Look = look({}, panel),
): Promise<Series[]> {
  const leastStep = typeof target.interval === 'string' ? durationSeconds(target.interval) : undefined
  const expr = expandPromql(String(target.expr), at, leastStep)
  return target.instant === true
    ? prometheus.query(expr, at.to)
    : prometheus.queryRange(expr, at.from, at.to, intervalSeconds(at, leastStep))
}
