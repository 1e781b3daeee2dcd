import type { Instrument } from './kpi.js'

/**
 * Words for units in Prometheus names, from the OpenTelemetry to Prometheus compatibility specification:
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export const unitWords: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  '%': 'percent',
  Hz: 'hertz',
  J: 'joules',
  W: 'watts',
}

/** Whether a unit is one that the translation knows: listed above, `1`, or an annotation such as `{token}`. */
export function isKnownUnit(unit: string): boolean {
  return unit === '1' || Object.hasOwn(unitWords, unit) || /^\{[a-z_]+\}$/.test(unit)
}

/**
 * The Prometheus name of an OpenTelemetry metric: dots become underscores, then the unit's word (`ratio` for
 * gauges of unit 1, nothing for annotations and other metrics of unit 1), then `total` on counters.
 */
export function prometheusName(otelName: string, unit: string, instrument: Instrument): string {
  const parts = [otelName.replaceAll('.', '_')]
  if (unit === '1') {
    if (instrument === 'gauge') parts.push('ratio')
  } else if (unitWords[unit] !== undefined) {
    parts.push(unitWords[unit])
  }
  if (instrument === 'counter') parts.push('total')
  return parts.join('_')
}
