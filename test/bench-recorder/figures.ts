import { type Figure, printFigure } from '../harness/figures.js'

/** What a figure has to be; neither for one that only describes the run. */
export interface Goal {
  readonly atMost?: number
  readonly atLeast?: number
}

const all: (Figure & { readonly value: number; readonly sign: string })[] = []

/** Takes down a figure: with --json it is printed at once, otherwise in a table at the end. */
export function figure(name: string, value: number, unit: string, { atMost, atLeast }: Goal = {}): void {
  const goal = atMost ?? atLeast
  const ok = atMost !== undefined ? value <= atMost : atLeast === undefined || value >= atLeast
  const rounded = value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3))
  const known = { name, value: rounded, unit, goal, ok }
  all.push({ ...known, sign: atMost === undefined ? '≥' : '≤' })
  progress(`  ${name}: ${rounded} ${unit}${ok ? '' : ` (goal ${goal})`}`)
  if (isJson) printFigure(known, isJson)
}

let isJson = false
export function printJson(): void {
  isJson = true
}

/** A line for the person who waits; not part of the figures. */
export function progress(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
}

/** Prints the table. The process ends with 1 where a goal is missed or nothing was measured. */
export function finish(): void {
  process.exitCode = all.length > 0 && all.every(({ ok }) => ok) ? 0 : 1
  if (isJson) return
  const rows = all.map(({ name, value, unit, goal, sign, ok }) => [
    name,
    `${value.toLocaleString('en')} ${unit}`,
    goal === undefined ? '' : `${sign} ${goal.toLocaleString('en')}`,
    goal === undefined ? '' : ok ? 'met' : 'MISSED',
  ])
  const titled = [['figure', 'measured', 'goal', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...titled.map((row) => row[column]?.length ?? 0)))
  for (const row of titled) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}

/** The middle value; the upper of two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** What some work takes at its first time, and at the median of some more. */
export async function firstAndMedian(
  work: () => Promise<unknown>,
  times: number,
): Promise<{ first: number; median: number }> {
  const first = await timed(work)
  const more: number[] = []
  for (let i = 0; i < times; i++) more.push(await timed(work))
  return { first, median: median(more) }
}
