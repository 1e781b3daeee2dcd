/** Drawing area of a chart, in SVG user units. */
const size = { width: 360, height: 110, left: 4, right: 4, top: 8, bottom: 8 }

export interface ChartLine {
  readonly value: number
  readonly name: string
}

/**
 * A curve with its thresholds as inline SVG.
 * @param points Unix seconds and values, ascending
 * @param thresholds drawn as dashed lines where they lie within reach of the curve
 */
export function chart(
  points: readonly (readonly [number, number])[],
  thresholds: readonly ChartLine[],
  name: string,
): string {
  if (points.length < 2) return ''
  const values = points.map(([, value]) => value)
  const reach = Math.max(...values) - Math.min(...values) || Math.abs(values[0] ?? 0) || 1
  const near = thresholds.filter(
    ({ value }) => value >= Math.min(...values) - 2 * reach && value <= Math.max(...values) + 2 * reach,
  )
  const all = [...values, ...near.map(({ value }) => value)]
  const [lowest, highest] = [Math.min(...all), Math.max(...all)]
  const span = highest - lowest || Math.abs(highest) || 1
  const [first, last] = [
    (points[0] as readonly [number, number])[0],
    (points.at(-1) as readonly [number, number])[0],
  ]
  const x = (at: number) =>
    size.left + ((at - first) / (last - first || 1)) * (size.width - size.left - size.right)
  const y = (value: number) =>
    size.height - size.bottom - ((value - lowest) / span) * (size.height - size.top - size.bottom)
  const path = points
    .map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('')
  const lines = near.map(
    (line) =>
      `<line class="${line.name}" x1="0" x2="${size.width}" y1="${y(line.value).toFixed(1)}" y2="${y(line.value).toFixed(1)}"/>`,
  )
  return `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${name}">${lines.join('')}<path d="${path}"/></svg>`
}
