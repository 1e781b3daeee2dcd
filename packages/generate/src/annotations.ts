import { type Config, type Kpi, names } from '@mnemoscope/kpi'

/** Where an alert leads: the page that says what to do, and the place on the dashboard that shows it. */
export function links({ alerting, endpoints }: Config, runbook: string, kpi?: Kpi): Record<string, string> {
  const dashboard = `${endpoints.recorder.replace(/\/+$/, '')}/`
  const { job, model, contextSize } = names.label
  const label = (name: string) => `${name}={{ $labels.${name} | urlquery }}`
  const query = [job, model, contextSize].map(label).join('&')
  return {
    runbook_url: alerting.runbookBaseUrl + runbook,
    dashboard_url: kpi === undefined ? dashboard : `${dashboard}?kpi=${kpi.id}&${query}`,
  }
}
