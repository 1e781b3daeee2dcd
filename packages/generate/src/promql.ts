/** PromQL text from parts: each function returns an expression that Prometheus parses as it stands. */

/** A condition on one label. */
export interface Matcher {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** The label has this value. */
export function is(label: string, value: string): Matcher {
  return { label, operator: '=', value }
}

/** The label has one of these values. */
export function isOneOf(label: string, values: readonly string[]): Matcher {
  const [only] = values
  return values.length === 1 && only !== undefined
    ? is(label, only)
    : { label, operator: '=~', value: alternatives(values) }
}

/** The label has none of these values. */
export function isNoneOf(label: string, values: readonly string[]): Matcher {
  const [only] = values
  return values.length === 1 && only !== undefined
    ? { label, operator: '!=', value: only }
    : { label, operator: '!~', value: alternatives(values) }
}

/** Series of a name, narrowed by matchers: `name{model="gpt-4o"}`. */
export function select(name: string, matchers: readonly Matcher[] = []): string {
  if (matchers.length === 0) return name
  const conditions = matchers.map(({ label, operator, value }) => `${label}${operator}${quote(value)}`)
  return `${name}{${conditions.join(', ')}}`
}

/** A function over a window of a selector, now or a while ago: `increase(name{...}[5m] offset 1h)`. */
export function over(fn: string, selector: string, window: string, before?: string): string {
  const range = `${selector}[${window}]`
  return `${fn}(${before === undefined ? range : ago(range, before)})`
}

/** A selector as it was a while ago: `name offset 5m`. */
export function ago(selector: string, duration: string): string {
  return `${selector} offset ${duration}`
}

/** `sum by (job, model) (expression)`. */
export function aggregate(
  operator: 'sum' | 'min' | 'max' | 'avg' | 'count',
  by: readonly string[],
  expression: string,
): string {
  return `${operator} by (${by.join(', ')}) (${expression})`
}

/** `histogram_quantile(0.95, expression)`. */
export function histogramQuantile(quantile: number, expression: string): string {
  return `histogram_quantile(${number(quantile)}, ${expression})`
}

/** Keeps the samples of an expression that compare true with a number. */
export function filter(
  expression: string,
  operator: '<' | '<=' | '>' | '>=' | '==' | '!=',
  value: number,
): string {
  return `${expression} ${operator} ${number(value)}`
}

/** Series of `left` that have a partner in `right`, matched by all labels or by those named. */
export function and(left: string, right: string, on?: readonly string[]): string {
  return `${left} and ${matching(on)}${right}`
}

/** Series of `left` that have a partner in `right`, matched by all labels but those named. */
export function andIgnoring(left: string, right: string, labels: readonly string[]): string {
  return `${left} and ignoring (${labels.join(', ')}) ${right}`
}

/** Series of the first expression that has any, one expression a line, matched by all labels or by those named. */
export function or(expressions: readonly string[], on?: readonly string[]): string {
  return expressions.map(bracket).join(`\nor ${matching(on)}`.replace(/ $/, '\n'))
}

/** Series of `left` without a partner in `right`. */
export function unless(left: string, right: string, on?: readonly string[]): string {
  return `${left} unless ${matching(on)}${right}`
}

/** An expression with every line moved to the right. */
export function indent(expression: string): string {
  return expression
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

/** An expression that can stand anywhere. */
export function bracket(expression: string): string {
  return `(${expression})`
}

/** A number as PromQL writes it. */
export function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? String(value) : value > 0 ? 'Inf' : '-Inf'
}

function matching(on: readonly string[] | undefined): string {
  return on === undefined ? '' : `on (${on.join(', ')}) `
}

function alternatives(values: readonly string[]): string {
  return values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')
}

/** A double-quoted PromQL string: its escapes are those of Go, of which JSON's are a part. */
function quote(text: string): string {
  return JSON.stringify(text)
}
