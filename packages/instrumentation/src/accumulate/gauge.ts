import type { Series } from './series.js'

/** Reads a value at the moment of collection. Undefined while it is unknown. */
export type ReadValue = () => number | undefined

/** A value that is set, or read at each collection. */
export class GaugeAccumulator {
  readonly kind = 'gauge'
  private value: number | undefined
  private read: ReadValue | undefined
  private records = 0
  private fastMin = Number.POSITIVE_INFINITY
  private fastMax = Number.NEGATIVE_INFINITY

  /**
   * @param integer whether the fast range holds only integers
   * @param check returns the value to show for one that was read, undefined for a refused one
   */
  constructor(
    /** Replaced when the series starts again. */
    public series: Series,
    private readonly integer: boolean,
    private readonly check: (value: unknown) => number | undefined,
  ) {}

  /** Starts the series again, without a value. */
  restart(createdAt: number): void {
    this.series = { ...this.series, createdAt }
    this.value = undefined
    this.read = undefined
    this.records = 0
  }

  /** Sets a value of the fast range; passes any other one to the slow path. Never throws. */
  record(value: number): void {
    if (
      typeof value === 'number' &&
      value >= this.fastMin &&
      value <= this.fastMax &&
      (!this.integer || Math.floor(value) === value)
    ) {
      this.add(value)
    } else {
      this.series.slowPath(value)
    }
  }

  /** Sets the values that need no further check, both ends included. */
  setFastRange(min: number, max: number): void {
    this.fastMin = min
    this.fastMax = max
  }

  /** Sets a value that is known to be valid. */
  add(value: number): void {
    this.value = value
    this.records++
  }

  /** Reads the value at each collection from now on. While the read throws or gives an invalid value, the gauge is unknown. */
  observe(read: ReadValue): void {
    const gauge = this.series.active?.() ?? this
    if (gauge instanceof GaugeAccumulator) gauge.read = read
  }

  /** Whether the value is read at each collection. */
  observed(): boolean {
    return this.read !== undefined
  }

  /** Number of values set so far. */
  count(): number {
    return this.records
  }

  /**
   * The value now: observed, else recorded, else the fallback's. Undefined while unknown.
   * @param fallback used when the application sets and observes nothing
   */
  current(fallback: ReadValue | undefined): number | undefined {
    const read = this.read ?? (this.value === undefined ? fallback : undefined)
    if (read === undefined) return this.value
    let value: unknown
    try {
      value = read()
      if (value === undefined) return undefined
    } catch {
      value = Number.NaN
    }
    return this.check(value)
  }
}
