import { describe, expect, test } from '@jest/globals'
import { dashboards } from '../../src/grafana/grafana-files.js'
import type { Dashboard, Panel } from '../../src/grafana/schema.js'
import { configs } from './configs.js'
import { lint, panelsOf } from './linter.js'

const [[, defaults]] = configs as [(typeof configs)[0], ...typeof configs]

/** A dashboard of the defaults, spoilt. */
function spoilt(name: string, spoil: (dashboard: Dashboard, panel: Panel) => void): Dashboard {
  const found = dashboards(defaults).find(([each]) => each === name)?.[1]
  const dashboard = structuredClone(found) as Dashboard
  spoil(dashboard, panelsOf(dashboard)[0] as Panel)
  return dashboard
}

const expr = (text: string) => (_: Dashboard, panel: Panel) => {
  Object.assign(panel.targets?.[0] as object, { expr: text })
}
const variable = (name: string, change: object) => (dashboard: Dashboard) => {
  Object.assign(dashboard.templating?.list?.find((each) => each.name === name) as object, change)
}

describe('The rules of Grafana’s dashboard linter', () => {
  test.each(configs)('are kept by every dashboard of %s', (_, config) => {
    expect(dashboards(config).flatMap(([, dashboard]) => lint(dashboard))).toEqual([])
  })

  test.each<[string, string, (dashboard: Dashboard, panel: Panel) => void]>([
    ['template-datasource-rule', 'overview', variable('prometheus_datasource', { name: 'source' })],
    ['template-job-rule', 'overview', variable('job', { name: 'service' })],
    ['template-model-rule', 'overview', variable('model', { allValue: '.*' })],
    ['template-instance-rule', 'pipeline-health', variable('instance', { multi: false })],
    ['template-label-promql-rule', 'overview', variable('model', { query: 'label_values(up{, model)' })],
    ['template-on-time-change-reload-rule', 'overview', variable('model', { refresh: 1 })],
    [
      'panel-datasource-rule',
      'overview',
      (_, panel) => Object.assign(panel, { datasource: { uid: 'mine' } }),
    ],
    ['panel-title-description-rule', 'overview', (_, panel) => Object.assign(panel, { description: '' })],
    [
      'panel-units-rule',
      'overview',
      (_, panel) => Object.assign(panel.fieldConfig?.defaults ?? {}, { unit: 'cats' }),
    ],
    ['panel-no-targets-rule', 'overview', (_, panel) => Object.assign(panel, { targets: [] })],
    ['target-promql-rule', 'overview', expr('sum(')],
    ['target-job-rule', 'overview', expr('up')],
    ['target-instance-rule', 'pipeline-health', expr('up{job=~"$job"}')],
    ['target-rate-interval-rule', 'overview', expr('rate(a{job=~"$job"}[5m])')],
    ['target-counter-agg-rule', 'overview', expr('a_total{job=~"$job"}')],
    ['uneditable-dashboard', 'overview', (dashboard) => Object.assign(dashboard, { editable: true })],
  ])('find a dashboard that breaks %s', (rule, name, spoil) => {
    expect(lint(spoilt(name, spoil)).map((problem) => problem.rule)).toContain(rule)
  })
})
