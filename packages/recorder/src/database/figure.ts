/**
 * Larger is no measurement, and smaller is 0: Postgres ends a statement of which one sum, mean, square or share is out of
 * range (SQLSTATE 22003), and with it the roll-up, the dashboard or the comparison of everything else.
 */
const largestFigure = 1e100
const smallestFigure = 1e-100

/** A figure as it is stored; null for one that is unknown, no number, or larger than 1e100. */
export function figureOf(value = Number.NaN): number | null {
  const size = Math.abs(value)
  if (!(size <= largestFigure)) return null
  return size < smallestFigure ? 0 : value
}
