import { runTool } from './promtool.js'

export const place = { job: 'demo', model: 'm', context_size: '8192', operation: 'search' }

/** What Prometheus makes of annotations of alerts at a place; `series` are its input. */
export async function filledIn(
  alerts: readonly { readonly expr: string; readonly template: string; readonly text: string }[],
  series: readonly { readonly series: string; readonly values: string }[] = [],
): Promise<string> {
  const rules = alerts.map(({ expr, template }, i) => ({ alert: `A${i}`, expr, annotations: { template } }))
  const expected = alerts.map(({ text: template }, i) => ({
    alertname: `A${i}`,
    eval_time: '1m',
    exp_alerts: [{ exp_annotations: { template }, exp_labels: series.length === 0 ? {} : place }],
  }))
  const tests = [{ interval: '1m', input_series: series, alert_rule_test: expected }]
  const files = new Map([
    ['rules.json', JSON.stringify({ groups: [{ name: 'g', rules }] })],
    ['test.json', JSON.stringify({ rule_files: ['rules.json'], tests })],
  ])
  const { ok, output } = await runTool('promtool', ['test', 'rules', 'test.json'], files)
  return ok ? '' : output
}
