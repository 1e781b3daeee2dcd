/**
 * The ends of a chart's y axis. Noise must not look like a change: the axis spans at least a fifth of the values'
 * size, and values that can't fall below 0 and are better low begin at 0. A threshold is drawn where it comes near.
 * @param {{ direction: string, unit: string }} kpi
 * @param {Record<string, number>} thresholds
 * @returns {[number, number]}
 */
export function chartRange({ direction, unit }, thresholds, least, greatest) {
  if (least === null || greatest === null || least === undefined || greatest === undefined) return [0, 1]
  const isRatio = unit === '1' && least >= 0 && greatest <= 1
  const limits = Object.values(thresholds).sort((a, b) => a - b)
  if (direction === 'higher_is_better') {
    const reached = limits.filter((limit) => limit >= least)
    // The threshold below the values, and the one below those that were reached.
    const below = limits.filter((limit) => limit < least).at(-1)
    const top = isRatio ? 1 : Math.max(greatest * 1.1, ...reached)
    const bottom = Math.min(least, below ?? least)
    const span = Math.max(top - bottom, 0.2 * Math.abs(top)) * 1.08
    return [least >= 0 ? Math.max(0, top - span) : top - span, top]
  }
  const next = limits.find((limit) => limit > greatest)
  const isNear = next !== undefined && next <= greatest * 3
  const top = Math.max(greatest * 1.15, isNear ? next * 1.06 : 0, isRatio ? 0.1 : 0)
  return [Math.min(0, least * 1.1), (isRatio ? Math.min(1, top) : top) || 1]
}
