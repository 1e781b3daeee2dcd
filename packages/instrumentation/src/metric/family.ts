import { type Instrument, type Kpi, names, prometheusName } from '@mnemoscope/kpi'

/** What all series of one metric have in common, in OpenTelemetry's words and in Prometheus'. */
export interface Family {
  /** OpenTelemetry name: `mnemoscope.latency`. */
  readonly name: string
  /** Name of the series in Prometheus: `mnemoscope_latency_seconds`, counters with `_total`. */
  readonly prometheusName: string
  readonly unit: string
  readonly description: string
  readonly instrument: Instrument
  /** Ascending upper bounds of the buckets, without +Inf; empty unless a histogram. */
  readonly boundaries: readonly number[]
}

/** The family of the instrument that measures a KPI. */
export function measuredFamily(kpi: Kpi): Family {
  return family(names.otelMetric(kpi), kpi.instrument, kpi.description, kpi.boundaries)
}

/** The family of the gauge with a KPI's latest value; undefined for a gauge KPI, which is that gauge itself. */
export function latestFamily(kpi: Kpi): Family | undefined {
  if (kpi.instrument === 'gauge') return undefined
  return family(names.otelLatest(kpi), 'gauge', `Latest value: ${kpi.description}`)
}

/** A family whose Prometheus name follows from its OpenTelemetry name and unit. */
export function family(
  { name, unit }: { readonly name: string; readonly unit: string },
  instrument: Instrument,
  description: string,
  boundaries: readonly number[] = [],
): Family {
  return {
    name,
    prometheusName: prometheusName(name, unit, instrument),
    unit,
    description,
    instrument,
    boundaries,
  }
}
