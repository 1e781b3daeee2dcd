import { type Config, defineConfig, names, severities } from '@mnemoscope/kpi'
import { runbookBase } from './annotations.js'
import { header } from './generated-file.js'
import type { AlertRule, RuleGroup } from './rule.js'

/** Pages of KPIs that are written by hand and lie beside the list. Other pages are at the recorder, or where the KPI says. */
const writtenPages = new Set(Object.values(defineConfig().kpis).map(({ runbook }) => runbook))

/** The list of every alert with the page that says what to do. */
export function runbookIndex(config: Config, groups: readonly RuleGroup[]): string {
  const alerts = groups
    .flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule))
    .filter(({ alert }) => alert !== names.easedAlert)
  const rows = alerts.map((rule) => row(config, rule))
  return [
    `<!-- ${header} -->`,
    '',
    '# Alerts and what to do',
    '',
    '| alert | level | threshold | for | page |',
    '|---|---|---|---|---|',
    // An override repeats its alert with a threshold of its own.
    ...new Set(rows),
    '',
    `Levels, from the mildest: ${severities.join(', ')}.`,
    '',
  ].join('\n')
}

function row(config: Config, { alert, labels, annotations, for: wait }: AlertRule): string {
  const address = annotations.runbook_url ?? ''
  const base = runbookBase(config)
  const page = address.startsWith(base) ? address.slice(base.length) : address
  const isElsewhere =
    config.alerting.runbookBaseUrl !== undefined ||
    Object.values(config.kpis).some(({ runbook }) => runbook === page && !writtenPages.has(page))
  const url = isElsewhere ? address : page
  return `| \`${alert}\` | ${labels.severity} | ${annotations.threshold ?? ''} | ${wait ?? ''} | [${page}](${url}) |`
}
