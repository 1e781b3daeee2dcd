/**
 * Every way in which a bucket's boundary may be written in the label `le`, as a PromQL regular expression. A service
 * writes `15000`, Prometheus 3 stores `15000.0`, and Go writes `1e+06` from a million on.
 * https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values
 */
export function boundaryPattern(boundary: number): string {
  const spellings = new Set([String(boundary)])
  if (Number.isInteger(boundary)) spellings.add(`${boundary}.0`)
  const [digits, exponent] = boundary.toExponential().split('e') as [string, string]
  if (Number(exponent) >= 6 || Number(exponent) < -4) {
    spellings.add(`${digits}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`)
  }
  return [...spellings].map((spelling) => spelling.replaceAll(/[.+]/g, '[$&]')).join('|')
}
