/** What was recorded, counted by the driver, or what a pipeline shows of it. */
export interface Counted {
  readonly operations: number
  readonly f1Sum: number
  readonly latencySum: number
  readonly tokens: number
  /** Contexts that overflowed, and those that did not. */
  readonly overflows: number
  readonly others: number
}

export const nothing: Counted = {
  ...{ operations: 0, f1Sum: 0, latencySum: 0, tokens: 0, overflows: 0, others: 0 },
}

/** One operation of a service. */
export interface Operation {
  readonly f1: number
  readonly latency: number
  readonly tokens: number
  readonly overflow: 'hierarchy' | 'none'
}

/** The nth operation: values of binary fractions, whose sums are exact. */
export function operation(n: number): Operation {
  return {
    f1: (n % 5) / 4,
    latency: (1 + (n % 7)) / 8,
    tokens: 10 + (n % 13),
    overflow: n % 3 === 0 ? 'hierarchy' : 'none',
  }
}

export function address({ f1, latency, tokens, overflow }: Operation): string {
  return `/record?f1=${f1}&latency=${latency}&tokens=${tokens}&overflow=${overflow}`
}

export function counted(all: Counted, { f1, latency, tokens, overflow }: Operation): Counted {
  return {
    operations: all.operations + 1,
    f1Sum: all.f1Sum + f1,
    latencySum: all.latencySum + latency,
    tokens: all.tokens + tokens,
    overflows: all.overflows + (overflow === 'none' ? 0 : 1),
    others: all.others + (overflow === 'none' ? 1 : 0),
  }
}

export function sum(a: Counted, b: Counted): Counted {
  return combined(a, b, (left, right) => left + right)
}

export function difference(a: Counted, b: Counted): Counted {
  return combined(a, b, (left, right) => left - right)
}

function combined(a: Counted, b: Counted, join: (a: number, b: number) => number): Counted {
  const keys = Object.keys(nothing) as (keyof Counted)[]
  return Object.fromEntries(keys.map((key) => [key, join(a[key], b[key])])) as unknown as Counted
}

/** The KPIs as people see them; null where nothing was measured. */
export function kpisOf({ operations, f1Sum, latencySum, tokens, overflows, others }: Counted) {
  const mean = (total: number) => (operations === 0 ? null : total / operations)
  return {
    operations,
    f1_score: mean(f1Sum),
    latency: mean(latencySum),
    token_usage: mean(tokens),
    overflow_frequency: overflows + others === 0 ? null : overflows / (overflows + others),
  }
}

/** What became of a shape. */
export interface Outcome {
  readonly recorded: Counted
  readonly shown: Counted
  /** Warnings that the service printed. */
  readonly warnings: readonly string[]
}

/** A way in which a Node service runs. */
export interface Shape {
  readonly name: string
  /** What happens in the middle: a restart, a reload. */
  readonly over: string
  /** The code of the warning by which a shape that is not supported says so. Left out for all others. */
  readonly refusedBy?: string
  run(): Promise<Outcome>
}
