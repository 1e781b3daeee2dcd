/** Figures of a bench: printed one a line, as text or, with --json, as JSON; the exit code says whether all are ok. */
const isJson = process.argv.includes('--json')
let allOk = true

/**
 * @param {string} name
 * @param {number} value
 * @param {string} unit
 * @param {{ atMost?: number, atLeast?: number }} goal left out for a figure that is only told
 */
export function figure(name, value, unit, { atMost, atLeast } = {}) {
  const goal = atMost ?? atLeast
  const ok = atMost !== undefined ? value <= atMost : atLeast === undefined || value >= atLeast
  allOk &&= ok
  const rounded = Number(value.toPrecision(4))
  if (isJson) {
    console.log(JSON.stringify({ name, value: rounded, unit, ...(goal === undefined ? {} : { goal }), ok }))
  } else {
    const bound = goal === undefined ? '' : ` (${atMost === undefined ? 'at least' : 'at most'} ${goal})`
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${rounded} ${unit}${bound}`)
  }
}

/** Something for the person who waits; not part of the figures. */
export function progress(text) {
  console.error(text)
}

export function finish() {
  process.exitCode = allOk ? 0 : 1
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
