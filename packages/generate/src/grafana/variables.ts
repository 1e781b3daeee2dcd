import { names } from '@mnemoscope/kpi'
import { isOneOf, type Matcher, select } from '../promql.js'
import { type DataSource, prometheus, reference } from './provisioning.js'
import type { Variable } from './schema.js'

/** The dashboards' variables: where values were measured, and over which window they are compared. */
export const variable = {
  service: names.label.job,
  model: names.label.model,
  contextSize: names.label.contextSize,
  operation: names.label.operation,
  window: 'window',
} as const

/** The variables of a place, each named after its label. */
export const placeVariableNames = [
  variable.service,
  variable.model,
  variable.contextSize,
  variable.operation,
] as const

/** What "All" stands for in a pattern: whatever is there, also values that the variable's list does not have. */
export const allValues = '.+'

/** The same for operations: a metric may have none. */
export const allOperations = '.*'

/** Series of a name at the selected places. */
export function selected(name: string, further: readonly Matcher[] = []): string {
  return select(name, [...placeVariableNames.map(chosen), ...further])
}

/** Series of a name of the selected services. */
export function ofSelectedServices(name: string, further: readonly Matcher[] = []): string {
  return select(name, [chosen(variable.service), ...further])
}

/** The label has one of the values that its variable has. */
function chosen(label: string): Matcher {
  return { label, operator: '=~', value: `$${label}` }
}

/** Columns (or expressions) of a query that carry a place. */
export interface PlaceColumns {
  readonly service?: string
  readonly model?: string
  readonly contextSize?: string
  readonly operation?: string
}

/**
 * SQL condition for rows at the selected places. A pattern instead of a list, because a list that nothing is in yet is
 * a syntax error; dollar quotes, because names may hold single ones. A row without a value there, as of alerts of the
 * pipeline itself, is in "All" only.
 */
export function selectedRows(columns: PlaceColumns): string {
  const {
    service = 'service',
    model = 'model',
    contextSize = 'context_size',
    operation = 'operation',
  } = columns
  return (
    [
      [service, variable.service],
      [model, variable.model],
      [contextSize, variable.contextSize],
      [operation, variable.operation],
    ] as const
  )
    .map(([column, name]) => chosenRows(column, name))
    .join('\n  AND ')
}

/** The same for rows of the selected services, whatever model, context size and operation. */
export function rowsOfSelectedServices(): string {
  return chosenRows('service', variable.service)
}

/** The same for rows of the selected models, whatever service, context size and operation. */
export function rowsOfSelectedModels(): string {
  return chosenRows('model', variable.model)
}

function chosenRows(column: string, name: string): string {
  return `coalesce(${column}, '-') ~ $re$^(?:\${${name}:regex})$$re$`
}

const refreshOnTimeRange = 2
const sortByName = 5
const sortByNumber = 3

/** Lets a dashboard be used with another data source of the same type than the provisioned one. */
export function dataSourceVariable({ variable: name, label, type, name: text, uid }: DataSource): Variable {
  return {
    type: 'datasource',
    name,
    label,
    query: type,
    current: { selected: true, text, value: uid },
    includeAll: false,
    multi: false,
    options: [],
    regex: '',
    refresh: 1,
  }
}

/** Services, models, context sizes and operations that have any recorded value of a KPI in the dashboard's time range. */
export function placeVariables(): Variable[] {
  const recorded = (chosen: readonly string[]) =>
    `{${[`__name__=~"${names.snapshotSeriesPattern}"`, ...chosen.map((label) => `${label}=~"$${label}"`)].join(', ')}}`
  const { service, model, contextSize, operation } = variable
  return [
    labelVariable(service, 'Service', recorded([])),
    labelVariable(model, 'Model', recorded([service])),
    labelVariable(contextSize, 'Context size', recorded([service, model]), { sort: sortByNumber }),
    labelVariable(operation, 'Operation', recorded([service, model, contextSize]), {
      allValue: allOperations,
    }),
  ]
}

/** Jobs of the pipeline and of the services, and the instances that they scrape. */
export function targetVariables(jobs: readonly string[]): Variable[] {
  const { job, instance } = names.label
  const up = select('up', [isOneOf(job, jobs)])
  return [labelVariable(job, 'Job', up), labelVariable(instance, 'Instance', `up{${job}=~"$${job}"}`)]
}

/** The window over which values are averaged and changes are looked at. */
export function windowVariable(): Variable {
  const windows = ['5m', '15m', '1h', '6h', '1d']
  const chosen = '1h'
  return {
    type: 'custom',
    name: variable.window,
    label: 'Window',
    description: 'Averages are taken, and changes are looked at, over this long.',
    query: windows.join(','),
    current: { selected: true, text: chosen, value: chosen },
    options: windows.map((window) => ({ selected: window === chosen, text: window, value: window })),
    includeAll: false,
    multi: false,
  }
}

function labelVariable(
  label: string,
  title: string,
  series: string,
  { sort = sortByName, allValue = allValues } = {},
): Variable {
  const query = `label_values(${series}, ${label})`
  return {
    type: 'query',
    name: label,
    label: title,
    datasource: reference(prometheus),
    query,
    definition: query,
    regex: '',
    refresh: refreshOnTimeRange,
    sort,
    includeAll: true,
    allValue,
    multi: true,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    options: [],
  } as Variable
}
