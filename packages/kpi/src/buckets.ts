import { overridden, resolveThreshold } from './breach.js'
import type { Kpi } from './kpi.js'

/**
 * A histogram's boundaries with every threshold among them, ascending, each once: the share beyond it is exact. A
 * quantile is exact on a boundary only, so where one is judged, the value past which its alert ends is one too:
 * else a value just short of the threshold would read as far from it, and the alert would flap.
 */
export function withThresholds(boundaries: readonly number[], kpi: Kpi): readonly number[] {
  const edges = [kpi, ...kpi.overrides.map((override) => overridden(kpi, override))].flatMap((there) => {
    const thresholds = Object.values(there.thresholds)
    if (!/^p\d+$/.test(there.statistic)) return thresholds
    return [...thresholds, ...thresholds.map((threshold) => resolveThreshold(there, threshold))]
  })
  return [...new Set([...boundaries, ...edges])].sort((a, b) => a - b)
}
