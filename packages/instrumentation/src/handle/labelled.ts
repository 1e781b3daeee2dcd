import type { Accumulator } from '../accumulator/accumulator.js'
import type { ReadValue } from '../accumulator/gauge.js'

/** Told of a measurement whose labels are not the declared ones. Never throws. */
export type UnknownLabels = () => void

/** The accumulators of a KPI that has labels of its own: one for each combination of their values. */
export class LabelledAccumulators {
  constructor(
    private readonly names: readonly string[],
    private readonly byValues: ReadonlyMap<string, Accumulator>,
    private readonly unknown: UnknownLabels,
  ) {}

  record(value: never, labels: unknown): void {
    const accumulator = this.find(labels)
    if (accumulator === undefined) this.unknown()
    else accumulator.record(value)
  }

  observe(read: ReadValue, labels: unknown): void {
    const accumulator = this.find(labels)
    if (accumulator?.kind === 'gauge') accumulator.observe(read)
    else this.unknown()
  }

  private find(labels: unknown): Accumulator | undefined {
    if (typeof labels !== 'object' || labels === null) return undefined
    try {
      return this.byValues.get(valuesKey(this.names, labels as Record<string, unknown>))
    } catch {
      // A getter that throws is the caller's own, and no reason to fail the caller.
      return undefined
    }
  }
}

/** Values in the order of their names, as the key of their combination. */
export function valuesKey(names: readonly string[], labels: Readonly<Record<string, unknown>>): string {
  return names.map((name) => labels[name]).join('\u0000')
}

/** Every combination of the values that labels can have; one empty combination where there are no labels. */
export function combinations(
  labels: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, string>>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [name, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  )
}
