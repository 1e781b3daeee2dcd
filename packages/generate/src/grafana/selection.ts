import { names } from '@mnemoscope/kpi'
import { type Matcher, select } from '../promql.js'

/** The dashboards' variables: where values were measured, and over which window they are compared. */
export const variable = {
  service: names.label.job,
  model: names.label.model,
  contextSize: names.label.contextSize,
  window: 'window',
} as const

/** What "All" stands for in a pattern: whatever is there, also values that the variable's list does not have. */
export const allValues = '.+'

/** Series of a name at the selected places. */
export function selected(name: string, further: readonly Matcher[] = []): string {
  return select(name, [...[variable.service, variable.model, variable.contextSize].map(chosen), ...further])
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
}

/**
 * SQL condition for rows at the selected places. A pattern instead of a list, because a list that nothing is in yet is
 * a syntax error; dollar quotes, because names may hold single ones. A row without a value there, as of alerts of the
 * pipeline itself, is in "All" only.
 */
export function selectedRows(columns: PlaceColumns): string {
  const { service = 'service', model = 'model', contextSize = 'context_size' } = columns
  return (
    [
      [service, variable.service],
      [model, variable.model],
      [contextSize, variable.contextSize],
    ] as const
  )
    .map(([column, name]) => chosenRows(column, name))
    .join('\n  AND ')
}

/** The same for rows of the selected services, whatever model and context size. */
export function rowsOfSelectedServices(): string {
  return chosenRows('service', variable.service)
}

function chosenRows(column: string, name: string): string {
  return `coalesce(${column}, '-') ~ $re$^(?:\${${name}:regex})$$re$`
}
