import type { Kpi } from './kpi.js'

/** A histogram's boundaries with every threshold among them, ascending, each once: the share beyond it is exact. */
export function withThresholds(
  boundaries: readonly number[],
  kpi: Pick<Kpi, 'thresholds' | 'overrides'>,
): readonly number[] {
  const thresholds = [kpi.thresholds, ...kpi.overrides.map((override) => override.thresholds)].flatMap(
    (each) => Object.values(each),
  )
  return [...new Set([...boundaries, ...thresholds])].sort((a, b) => a - b)
}
