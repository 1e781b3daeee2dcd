import type { Target } from '../../src/grafana/query.js'
import type { Dashboard, Panel, RowPanel, Variable } from '../../src/grafana/schema.js'
import { type Selector, selectorsOf } from './promql-tree.js'

/**
 * The rules of Grafana's dashboard linter (https://github.com/grafana/dashboard-linter, docs/index.md), those for
 * Loki left out, applied to panels of every kind. Three differ on purpose:
 * - template-datasource-rule: the Postgres variable is `postgres_datasource`; the name that the rule asks for holds
 *   hyphens, and Grafana's variables can't.
 * - template-job-rule: the label is "Service" where the job is one, as everywhere else in the project.
 * - instance rules hold for the pipeline's dashboard only: recorded series are of a service, not of an instance.
 */
export interface Problem {
  readonly rule: string
  readonly where: string
  readonly problem: string
}

/** Units of Grafana's that these dashboards may use, from its list of value formats. */
const validUnits = new Set(
  'none short percent percentunit locale bytes decbytes kbytes deckbytes mbytes decmbytes gbytes decgbytes ns µs ms s m h d hertz ops joule watt'.split(
    ' ',
  ),
)

/** Stands for `$__rate_interval` in a parsed query. */
const rateInterval = '8869990787ms'

/** Everything that the rules find in a dashboard. */
export function lint(dashboard: Dashboard): Problem[] {
  const panels = panelsOf(dashboard)
  return [
    ...dashboardProblems(dashboard),
    ...panels.flatMap((panel) => panelProblems(dashboard, panel)),
    ...panels.flatMap((panel) =>
      targetsOf(panel).flatMap((target) => targetProblems(dashboard, panel, target)),
    ),
  ]
}

/** The panels of a dashboard, those of folded rows too. */
export function panelsOf({ panels = [] }: Pick<Dashboard, 'panels'>): Panel[] {
  return panels.flatMap((each) => (isRow(each) ? each.panels : [each]))
}

export function targetsOf({ targets = [] }: Panel): Target[] {
  return targets as unknown as Target[]
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row'
}

function variablesOf({ templating }: Dashboard): Variable[] {
  return templating?.list ?? []
}

function hasVariable(dashboard: Dashboard, name: string): boolean {
  return variablesOf(dashboard).some((variable) => variable.name === name)
}

function dashboardProblems(dashboard: Dashboard): Problem[] {
  const problems: Problem[] = []
  const add = (rule: string, problem: string) =>
    problems.push({ rule, where: dashboard.title ?? '', problem })
  const sources = variablesOf(dashboard).filter(({ type }) => type === 'datasource')
  const expected: Record<string, [string, string]> = {
    prometheus: ['prometheus_datasource', 'Prometheus data source'],
    'grafana-postgresql-datasource': ['postgres_datasource', 'Postgres data source'],
  }
  if (sources.length === 0) add('template-datasource-rule', 'no variable of type datasource')
  for (const { name, label, query } of sources) {
    const [expectedName, expectedLabel] = expected[String(query)] ?? []
    if (name !== expectedName) add('template-datasource-rule', `named ${name}, not ${expectedName}`)
    if (label !== expectedLabel) add('template-datasource-rule', `labelled ${label}, not ${expectedLabel}`)
  }
  const job = variablesOf(dashboard).find(({ name }) => name === 'job')
  if (job === undefined) add('template-job-rule', 'no variable job')
  for (const variable of variablesOf(dashboard).filter(({ type }) => type === 'query')) {
    const { name, query, refresh, multi, allValue, datasource } = variable
    const rule = `template-${name}-rule`
    if (datasource?.uid !== `\${prometheus_datasource}`) add(rule, `reads from ${datasource?.uid}`)
    if (multi !== true) add(rule, `${name} is not a multi select`)
    // A metric may have no operation; every other label of a place it has.
    const all = name === 'operation' ? '.*' : '.+'
    if (allValue !== all) add(rule, `All of ${name} is ${allValue}, not ${all}`)
    if (refresh !== 2) add('template-on-time-change-reload-rule', `${name} is refreshed on ${refresh}`)
    const inner = /^label_values\((.+), (\w+)\)$/.exec(String(query))?.[1]
    if (inner === undefined) add('template-label-promql-rule', `${name} asks ${query}`)
    else if (parsed(inner) === undefined) add('template-label-promql-rule', `${name} asks ${inner}`)
  }
  if (dashboard.editable !== false) add('uneditable-dashboard', 'can be edited')
  return problems
}

function panelProblems(dashboard: Dashboard, panel: Panel): Problem[] {
  const problems: Problem[] = []
  const add = (rule: string, problem: string) =>
    problems.push({ rule, where: placeOf(dashboard, panel), problem })
  const sources = variablesOf(dashboard)
    .filter(({ type }) => type === 'datasource')
    .map(({ name }) => `\${${name}}`)
  const used = [panel.datasource?.uid, ...targetsOf(panel).map(({ datasource }) => datasource.uid)]
  for (const uid of used) {
    if (!sources.includes(String(uid))) add('panel-datasource-rule', `uses ${uid}`)
  }
  if (!panel.title || !panel.description)
    add('panel-title-description-rule', 'lacks a title or a description')
  const units = [
    panel.fieldConfig?.defaults.unit,
    ...(panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.filter(({ id }) => id === 'unit').map(({ value }) => String(value)),
    ),
  ]
  for (const unit of units) {
    if (!validUnits.has(unit ?? '')) add('panel-units-rule', `has the unit ${unit}`)
  }
  if (targetsOf(panel).length === 0) add('panel-no-targets-rule', 'has no query')
  return problems
}

function targetProblems(dashboard: Dashboard, panel: Panel, target: Target): Problem[] {
  const problems: Problem[] = []
  const expr = target.expr
  const add = (rule: string, problem: string) =>
    problems.push({ rule, where: `${placeOf(dashboard, panel)} · ${target.refId}`, problem })
  if (typeof expr !== 'string') {
    if (typeof target.rawSql !== 'string') add('target-promql-rule', 'asks nothing')
    return problems
  }
  const selectors = parsed(expr)
  if (selectors === undefined) {
    add('target-promql-rule', `does not parse: ${expr}`)
    return problems
  }
  for (const { name, matchers, range, fn } of selectors) {
    const of = name || matchers.join()
    if ((fn === 'rate' || fn === 'irate') && range !== rateInterval) {
      add('target-rate-interval-rule', `${fn} of ${of} is over ${range}`)
    }
    if (name.endsWith('_total') && !['rate', 'irate', 'increase'].includes(fn ?? '')) {
      add('target-counter-agg-rule', `${of} is a counter and not in rate or increase`)
    }
    for (const label of ['job', 'instance']) {
      const needed = `${label}=~"$${label}"`
      if (hasVariable(dashboard, label) && !matchers.includes(needed)) {
        add(`target-${label}-rule`, `${of} has no ${needed}`)
      }
    }
  }
  return problems
}

/** Selectors of an expression with Grafana's own variables filled in; undefined where it does not parse. */
function parsed(expr: string): Selector[] | undefined {
  try {
    return selectorsOf(expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$window', '1h'))
  } catch {
    return undefined
  }
}

function placeOf(dashboard: Dashboard, panel: Panel): string {
  return `${dashboard.title} · ${panel.title}`
}
