/** Grafana's ids for the units that a Prometheus name can carry. */
const grafanaUnits: Readonly<Record<string, string>> = {
  '1': 'percentunit',
  '%': 'percent',
  d: 'd',
  h: 'h',
  min: 'm',
  s: 's',
  ms: 'ms',
  us: 'µs',
  ns: 'ns',
  By: 'bytes',
  KiBy: 'kbytes',
  MiBy: 'mbytes',
  GiBy: 'gbytes',
  KBy: 'deckbytes',
  MBy: 'decmbytes',
  GBy: 'decgbytes',
  Hz: 'hertz',
  J: 'joule',
  W: 'watt',
}

/** The id by which Grafana shows values of a UCUM unit; what is counted, such as `{token}`, is written out in full. */
export function grafanaUnit(unit: string): string {
  return grafanaUnits[unit] ?? 'locale'
}
