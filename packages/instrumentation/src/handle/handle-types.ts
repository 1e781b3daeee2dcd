import type { BuiltInKpiId, Config, catalog } from '@mnemoscope/kpi'

/** The KPIs a configuration declares of its own. */
type CustomKpis<Declared> = Declared extends { readonly kpis: infer Kpis }
  ? Omit<Kpis, BuiltInKpiId>
  : unknown

/** Declarations of all KPIs of a configuration by id: the built-in ones and its own. */
export type KpisOf<Declared> = typeof catalog & CustomKpis<Declared>

type OutcomeOf<Kpi> = Kpi extends {
  readonly outcomes: {
    readonly counted: readonly (infer Counted)[]
    readonly others: readonly (infer Other)[]
    readonly excluded?: readonly (infer Excluded)[]
  }
}
  ? Extract<Counted | Other | Excluded, string>
  : string

/** What one measurement of a KPI is: one of its outcomes where it counts them, else a number in its unit. */
export type ValueOf<Kpi> = Kpi extends { readonly instrument: 'counter' } ? OutcomeOf<Kpi> : number

type OwnLabels<Kpi> = Kpi extends { readonly labels: infer Labels }
  ? { readonly [Name in keyof Labels]: Labels[Name] extends readonly (infer Value)[] ? Value : never }
  : undefined

/** The labels a KPI declares of its own, as the last argument of a call; none for a KPI without. */
type LabelArguments<Kpi> = OwnLabels<Kpi> extends undefined ? [] : [labels: OwnLabels<Kpi>]

/** Where measurements of one KPI go in. Nothing it is given makes it throw. */
export interface Recorder<Kpi> {
  /** Takes one measurement. A value the KPI can't have is refused and counted. */
  record(value: ValueOf<Kpi>, ...labels: LabelArguments<Kpi>): void
}

/** Where a KPI that is a current value goes in. */
export interface GaugeRecorder<Kpi> extends Recorder<Kpi> {
  /** Has the value read at each collection; it takes the place of recorded ones. A read that throws leaves it unknown. */
  observe(read: () => number, ...labels: LabelArguments<Kpi>): void
}

export type RecorderOf<Kpi> = Kpi extends { readonly instrument: 'gauge' }
  ? GaugeRecorder<Kpi>
  : Recorder<Kpi>

type UnlabelledIds<Kpis> = {
  [Id in keyof Kpis]: OwnLabels<Kpis[Id]> extends undefined ? Id : never
}[keyof Kpis]

/** Measurements of one operation: any of the KPIs that have no labels of their own. */
export type OperationValues<Declared = unknown> = {
  readonly [Id in UnlabelledIds<KpisOf<Declared>>]?: ValueOf<KpisOf<Declared>[Id]> | undefined
}

/** Free-form facts about a measurement, which no label may carry. */
export type Metadata = Readonly<Record<string, unknown>>

/** What can be done with all KPIs of one operation together. */
export interface OperationRecorder<Declared = unknown> {
  /**
   * Takes the measurements of one operation.
   * @param metadata goes with them to whoever listens to measurements; metrics never carry it
   */
  operation(values: OperationValues<Declared>, metadata?: Metadata): void
  /**
   * Runs a function and records its duration as `latency`, in seconds, also when it throws. A generator has not begun
   * when the function returns, so nothing is recorded of one: time what goes through it.
   * @returns what the function returns; a promise settles as the function's own does
   */
  time<Result>(run: () => Result): Result
}

/**
 * Records the KPIs of one model, context size and operation: `handle.latency.record(0.12)`. Resolve it once and keep it.
 */
export type Handle<Declared = unknown> = OperationRecorder<Declared> & {
  readonly [Id in keyof KpisOf<Declared>]: RecorderOf<KpisOf<Declared>[Id]>
}

/** What a handle is for. */
export interface HandleLabels {
  /** Model in use, as people call it: `gpt-4o`. At most 128 characters. */
  readonly model: string
  /** Tokens of the context, more than 0. The label is the smallest configured context size that holds it. */
  readonly contextSize: number
  /**
   * What the memory system does: `search`, `store`. One of a few words, never an id.
   * @default 'default'
   */
  readonly operation?: string
}

export type DeclaredOf<C> = C extends Config<infer Declared> ? Declared : unknown
