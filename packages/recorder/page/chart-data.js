/** A line's key: the same series has the same colour in every chart. */
export function keyOf({ service, model, context_size }) {
  return JSON.stringify([service, model, context_size])
}

/**
 * The columns that uPlot wants, of one list of times for all lines: for each line its mean, and its least and greatest
 * values for the shade around it. Steps that nobody has become nulls, so that a line breaks where data are missing.
 */
export function chartColumns({ series }, { step_seconds: step }) {
  const known = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort(
    (a, b) => a - b,
  )
  const times = known.flatMap((time, i) =>
    i > 0 && time - known[i - 1] > 1.5 * step ? [known[i - 1] + step, time] : [time],
  )
  const columns = series.map(({ points }) => {
    const byTime = new Map(points.map((point) => [point[0], point]))
    return [1, 2, 3].map((field) => times.map((time) => byTime.get(time)?.[field] ?? null))
  })
  return [times, ...columns.flat()]
}

/** Which line a column belongs to: each has three, its mean first. */
export const columnsOfLine = 3

/** The index of a line's mean in uPlot's data. */
export function meanColumn(line) {
  return 1 + line * columnsOfLine
}

/** Colours of all series of all charts, in an order that stays: of several models the same one keeps its colour. */
export function chartColours({ kpis }) {
  const keys = new Set(Object.values(kpis).flatMap(({ series }) => series.map(keyOf)))
  return new Map(
    [...keys].sort().map((key, i) => [key, { colour: `--series-${i % 8}`, dash: i < 8 ? [] : [5, 3] }]),
  )
}
