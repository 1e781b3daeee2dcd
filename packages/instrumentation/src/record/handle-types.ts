import type { BuiltInKpiId, Config, catalog } from '@mnemoscope/kpi'

/** The custom KPIs of a configuration. */
type CustomKpis<Declared> = Declared extends { readonly kpis: infer Kpis }
  ? Omit<Kpis, BuiltInKpiId>
  : unknown

/** Declarations of all KPIs of a configuration by id, built-in and custom. */
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

/** The type of a measurement: an outcome for a counter KPI, a number in the KPI's unit for all others. */
export type ValueOf<Kpi> = Kpi extends { readonly instrument: 'counter' } ? OutcomeOf<Kpi> : number

type OwnLabels<Kpi> = Kpi extends { readonly labels: infer Labels }
  ? { readonly [Name in keyof Labels]: Labels[Name] extends readonly (infer Value)[] ? Value : never }
  : undefined

/** The labels that a KPI declares, as the last argument of a call; no argument for a KPI without labels. */
type LabelArguments<Kpi> = OwnLabels<Kpi> extends undefined ? [] : [labels: OwnLabels<Kpi>]

/** Records measurements of one KPI. Never throws. */
export interface Recorder<Kpi> {
  /** Records one measurement. An invalid value is refused, counted and warned about. */
  record(value: ValueOf<Kpi>, ...labels: LabelArguments<Kpi>): void
}

/** Records a KPI that is a current value. */
export interface GaugeRecorder<Kpi> extends Recorder<Kpi> {
  /**
   * Reads the value at each collection, in place of recorded values. While the read returns undefined or throws, the value is
   * unknown; a throw is counted as a refusal.
   */
  observe(read: () => number | undefined, ...labels: LabelArguments<Kpi>): void
}

export type RecorderOf<Kpi> = Kpi extends { readonly instrument: 'gauge' }
  ? GaugeRecorder<Kpi>
  : Recorder<Kpi>

type UnlabelledIds<Kpis> = {
  [Id in keyof Kpis]: OwnLabels<Kpis[Id]> extends undefined ? Id : never
}[keyof Kpis]

/** Measurements of one operation: any of the KPIs that declare no labels. */
export type OperationValues<Declared = unknown> = {
  readonly [Id in UnlabelledIds<KpisOf<Declared>>]?: ValueOf<KpisOf<Declared>[Id]> | undefined
}

/** Facts about a measurement, of any form and number. They never become labels. */
export type Metadata = Readonly<Record<string, unknown>>

/** Records all KPIs of one operation together. */
export interface OperationRecorder<Declared = unknown> {
  /**
   * Records the measurements of one operation.
   * @param metadata goes with them to listeners and to the recorder, never into metrics
   */
  operation(values: OperationValues<Declared>, metadata?: Metadata): void
  /**
   * Runs a function and records its duration as `latency`, in seconds, also when it throws. Nothing is recorded for a
   * generator, which has not started when the function returns: measure the code that reads it.
   * @returns the function's result; a promise settles the same way
   */
  time<Result>(run: () => Result): Result
}

/**
 * Records the KPIs of one model, context size and operation: `handle.latency.record(0.12)`. Resolve it once and keep it.
 */
export type Handle<Declared = unknown> = OperationRecorder<Declared> & {
  readonly [Id in keyof KpisOf<Declared>]: RecorderOf<KpisOf<Declared>[Id]>
}

/** The labels of a handle. */
export interface HandleLabels {
  /** The model's usual name: `gpt-4o`. At most 128 characters. */
  readonly model: string
  /** Size of the context in tokens, above 0. The label is the smallest configured context size that is not below it. */
  readonly contextSize: number
  /**
   * What the memory system does: `search`, `store`. One of a few words, never an id.
   * @default 'default'
   */
  readonly operation?: string
}

export type DeclaredOf<C> = C extends Config<infer Declared> ? Declared : unknown
