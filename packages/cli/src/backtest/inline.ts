/**
 * An expression without recorded series: each is replaced by the expression of its own rule, so that it can be asked
 * of a Prometheus that never ran these rules. A matcher on a recorded series becomes one on the metric that it has
 * the labels of.
 * @param records expressions by the name they are recorded under; none of them offset or over a range
 * @param metric the metric whose labels a recorded series with a matcher has
 */
export function inline(expression: string, records: ReadonlyMap<string, string>, metric: string): string {
  return expression.replace(
    /([a-zA-Z_][a-zA-Z0-9_]*(?::[a-zA-Z0-9_]+)+)(\{[^}]*\})?/g,
    (whole, name: string, matchers: string | undefined) => {
      const recorded = records.get(name)
      if (recorded === undefined) return whole
      const inner = inline(recorded, records, metric)
      return matchers === undefined ? `(${inner})` : `((${inner}) and ${metric}${matchers})`
    },
  )
}
