/** A point of a line: Unix seconds, and mean, least and greatest value of its step. */
export type Point = readonly [time: number, mean: number, least: number, greatest: number]

/**
 * The parts of a line that have a value in every step. Between two parts something is unknown, and nothing is drawn there.
 * @param points ascending by time
 */
export function segments(points: readonly Point[], stepSeconds: number): Point[][] {
  const parts: Point[][] = []
  for (const point of points) {
    const part = parts.at(-1)
    const last = part?.at(-1)
    // Steps are not of quite the same length where a part of the window begins.
    if (part === undefined || last === undefined || point[0] - last[0] > 1.5 * stepSeconds)
      parts.push([point])
    else part.push(point)
  }
  return parts
}

/** The least and greatest value of all lines; nulls where there is no point. */
export function extent(lines: readonly (readonly Point[])[]): [number, number] | [null, null] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const line of lines) {
    for (const [, , low, high] of line) {
      least = Math.min(least, low)
      greatest = Math.max(greatest, high)
    }
  }
  return least > greatest ? [null, null] : [least, greatest]
}

/** All times at which a line has a point, ascending. */
export function timesOf(lines: readonly (readonly Point[])[]): number[] {
  return [...new Set(lines.flatMap((points) => points.map(([time]) => time)))].sort((a, b) => a - b)
}

/** The index of the time that is nearest to one; undefined without times. @param times ascending */
export function nearest(times: readonly number[], at: number): number | undefined {
  if (times.length === 0) return undefined
  const next = times.findIndex((time) => time >= at)
  if (next === -1) return times.length - 1
  const before = times[next - 1]
  return before !== undefined && at - before < (times[next] as number) - at ? next - 1 : next
}

/** Things that happened, those that would be drawn over one another together, ascending. */
export interface Marker {
  readonly x: number
  /** `A`, or `A–C` where several lie at one place; `27` and so on after Z. */
  readonly name: string
}

/** The name of the n-th change: it stands at its line in each chart, and before its sentence. */
export function changeName(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1)
}

/** Where changes are marked. @param xs places of all changes in the chart, ascending; @param width of a name */
export function markers(xs: readonly number[], width: number): Marker[] {
  const groups: { x: number; last: number; from: number; to: number }[] = []
  for (const [i, x] of xs.entries()) {
    const group = groups.at(-1)
    if (group !== undefined && x - group.last < width) Object.assign(group, { last: x, to: i })
    else groups.push({ x, last: x, from: i, to: i })
  }
  return groups.map(({ x, from, to }) => ({
    x,
    name: from === to ? changeName(from) : `${changeName(from)}–${changeName(to)}`,
  }))
}
