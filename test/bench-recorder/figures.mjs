/** Figures of the bench: with --json one line each as they come, otherwise a table at the end. */
const all = []

/**
 * @param {string} name
 * @param {number} value
 * @param {string} unit
 * @param {{ atMost?: number, atLeast?: number }} goal left out for a figure that is only told
 */
export function figure(name, value, unit, { atMost, atLeast } = {}) {
  const goal = atMost ?? atLeast
  const ok = atMost !== undefined ? value <= atMost : atLeast === undefined || value >= atLeast
  const rounded = value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3))
  all.push({ name, value: rounded, unit, goal, sign: atMost === undefined ? '≥' : '≤', ok })
  progress(`  ${name}: ${rounded} ${unit}${ok ? '' : ` (goal ${goal})`}`)
  if (isJson) {
    console.log(JSON.stringify({ name, value: rounded, unit, ...(goal === undefined ? {} : { goal }), ok }))
  }
}

let isJson = false
export function printJson() {
  isJson = true
}

/** Something for the person who waits; not part of the figures. */
export function progress(text) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}

/** Prints the table, and has the process end with 1 where a goal is missed. */
export function finish() {
  process.exitCode = all.length > 0 && all.every(({ ok }) => ok) ? 0 : 1
  if (isJson) return
  const rows = all.map(({ name, value, unit, goal, sign, ok }) => [
    name,
    `${value.toLocaleString('en')} ${unit}`,
    goal === undefined ? '' : `${sign} ${goal.toLocaleString('en')}`,
    goal === undefined ? '' : ok ? 'met' : 'MISSED',
  ])
  const titled = [['figure', 'measured', 'goal', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...titled.map((row) => row[column].length)))
  for (const row of titled) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

/** Milliseconds that some work takes. */
export async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** What some work takes at its first time, and at the median of some more. */
export async function firstAndMedian(work, times) {
  const first = await timed(work)
  const more = []
  for (let i = 0; i < times; i++) more.push(await timed(work))
  return { first, median: median(more) }
}
