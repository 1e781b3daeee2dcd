import type { Collection, Metric } from '../accumulate/metric.js'
import { type ProcessAge, processAge } from '../accumulate/self-metrics.js'
import { type Batch, Counted } from './counted.js'
import { Totals, type TotalsOptions } from './totals.js'

export interface ServedOptions extends TotalsOptions {
  /** The metrics of this process alone. */
  readonly own: () => Iterable<Metric>
  readonly collect: () => Collection
  /** The age of this process. */
  readonly age: ProcessAge
}

/** Counts that another process served, and when they began. */
export interface Inheritance {
  readonly age: ProcessAge
  readonly batch: Batch
}

/** What a process serves: what it counts itself, and once it has siblings, what all of them count. */
export class Served {
  /** What this process counts. */
  readonly counted: Counted
  private totals: Totals | undefined
  private age: ProcessAge
  private ageMetrics: readonly Metric[] = []

  constructor(private readonly options: ServedOptions) {
    this.counted = new Counted(options.metrics.map(({ metric }) => metric))
    this.age = options.age
  }

  get isShared(): boolean {
    return this.totals !== undefined
  }

  metrics(): Iterable<Metric> {
    return this.totals === undefined ? this.options.own() : [...this.totals.metrics, ...this.ageMetrics]
  }

  /** The counts of all processes, from now on, without those of this one that another process has served. */
  share(): Totals {
    if (this.totals !== undefined) return this.totals
    this.totals = new Totals(this.options)
    this.ageMetrics = processAge(this.options.now(), this.age)
    this.counted.begin()
    return this.totals
  }

  /** Serves what others served until now, or begins with what was not served yet, as a process that has restarted. */
  succeed(self: string, inheritance: Inheritance | undefined): void {
    this.age = inheritance?.age ?? ageFrom(this.options.now(), this.options.elapsed)
    const totals = this.share()
    if (inheritance !== undefined) {
      totals.add('inherited', inheritance.batch)
      totals.leave('inherited')
    }
    this.addOwn(self)
  }

  /** Counts what this process has counted since. */
  addOwn(self: string): void {
    const batch = this.counted.batch(this.options.collect())
    if (batch !== undefined) this.share().add(self, batch)
  }

  /** Everything that is served, for the process that goes on with it; undefined where nothing is. */
  inheritance(): Inheritance | undefined {
    const batch = this.totals && new Counted(this.totals.metrics).batch()
    return batch && { age: this.age, batch }
  }
}

/** The age of counts that begin now. */
function ageFrom(now: number, elapsed: () => number): ProcessAge {
  const begun = elapsed()
  return { startedAt: now / 1_000, uptime: () => (elapsed() - begun) / 1_000 }
}
