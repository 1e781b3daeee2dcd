import { appendFileSync } from 'node:fs'

/** A measured figure and what it has to be. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal: number
  readonly ok: boolean
}

/** A figure that may be at most its goal. */
export function atMost(name: string, value: number, unit: string, goal: number): Figure {
  return { name, value: Number(value.toPrecision(4)), unit, goal, ok: value <= goal }
}

/** Keeps figures for the command that runs this suite (`MNEMOSCOPE_FIGURES`), which prints them. */
export function keep(figures: readonly Figure[]): void {
  const file = process.env.MNEMOSCOPE_FIGURES
  if (file === undefined) return
  for (const figure of figures) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}

/** The value that a share of all lie at or below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
