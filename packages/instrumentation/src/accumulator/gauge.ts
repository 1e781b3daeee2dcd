import type { Series } from './series.js'

/** Reads a value at the moment of collection. */
export type ReadValue = () => number

/** A value that is set, or read at collection. */
export class GaugeAccumulator {
  readonly kind = 'gauge'
  private value: number | undefined
  private read: ReadValue | undefined
  private records = 0
  private calmMin = Number.POSITIVE_INFINITY
  private calmMax = Number.NEGATIVE_INFINITY

  /**
   * @param integer whether only whole numbers are calm
   * @param valid whether the KPI can have a value that was read; refusals are counted by it
   */
  constructor(
    readonly series: Series,
    private readonly integer: boolean,
    private readonly valid: (value: unknown) => boolean,
  ) {}

  /** Sets the value; one the KPI can't have is refused. Never throws. */
  record(value: number): void {
    if (
      typeof value === 'number' &&
      value >= this.calmMin &&
      value <= this.calmMax &&
      (!this.integer || Math.floor(value) === value)
    ) {
      this.add(value)
    } else {
      this.series.unusual(this, value)
    }
  }

  /** Which values are set with no further thought. */
  setCalm(min: number, max: number): void {
    this.calmMin = min
    this.calmMax = max
  }

  /** Sets a value that is known to be valid. */
  add(value: number): void {
    this.value = value
    this.records++
  }

  /** Has the value read at each collection from now on; what throws or can't be a value leaves the gauge unknown. */
  observe(read: ReadValue): void {
    const gauge = this.series.inUse?.() ?? this
    if (gauge.kind === 'gauge') gauge.read = read
  }

  /** Whether the application has its value read. */
  observed(): boolean {
    return this.read !== undefined
  }

  /** Number of values set so far. */
  count(): number {
    return this.records
  }

  /**
   * The value now: observed, else recorded, else the fallback's. Undefined while unknown.
   * @param fallback read when the application gives no figure of its own
   */
  current(fallback: ReadValue | undefined): number | undefined {
    const read = this.read ?? (this.value === undefined ? fallback : undefined)
    if (read === undefined) return this.value
    let value: unknown
    try {
      value = read()
    } catch {
      value = Number.NaN
    }
    return this.valid(value) ? (value as number) : undefined
  }
}
