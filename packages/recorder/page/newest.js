/** The KPI of an alert, and its newest value in the series the alert is about. */
export function newestOf(alert, { kpis, current }) {
  const kpi = kpis.find(({ id }) => id === alert.metric_type)
  const series = current.find(
    ({ service, model, context_size }) =>
      service === alert.service && model === alert.model && context_size === alert.context_size,
  )
  return { kpi, value: kpi && series?.kpis[kpi.id]?.value }
}
