const bars = '▁▂▃▄▅▆▇█'

/**
 * Values over time as one line of bars, lowest to highest; a flat line stays low and flat.
 * @param width bars at the most; longer curves are averaged
 */
export function sparkline(values: readonly number[], width = 24): string {
  const points = values.length <= width ? values : averaged(values, width)
  const lowest = Math.min(...points)
  const span = Math.max(...points) - lowest
  return points
    .map((value) => bars[span === 0 ? 0 : Math.round(((value - lowest) / span) * (bars.length - 1))])
    .join('')
}

function averaged(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    )
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
