import { type Config, severities } from '@mnemoscope/kpi'
import { runbookBase } from './annotations.js'
import { header } from './header.js'
import type { AlertRule, RuleGroup } from './rule.js'

/** The list of every alert with the page that tells what to do, the pages being written by hand beside it. */
export function runbookIndex(config: Config, groups: readonly RuleGroup[]): string {
  const alerts = groups.flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule))
  const rows = alerts.map((rule) => row(config, rule))
  return [
    `<!-- ${header(config)} -->`,
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
  // The pages lie beside this list, unless others are configured.
  const url = config.alerting.runbookBaseUrl === undefined ? page : address
  return `| \`${alert}\` | ${labels.severity} | ${annotations.threshold ?? ''} | ${wait ?? ''} | [${page}](${url}) |`
}
