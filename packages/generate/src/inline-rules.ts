import { bracket } from './promql.js'
import type { Rule, RuleGroup } from './rule.js'

/**
 * Recorded series that later rules of their group need as they are at the same evaluation: how counters went on, and by how
 * much a memory becomes older. Everything else may be read one evaluation later, as long as all of it is.
 */
const sameEvaluation =
  /:(?:(?:\w+_grown|anew|tailed|began)_(?:alert|snapshot)|spoiled|elapsed|ageing|kept_\w+|deviation|samples|reached|near|near_current)$/

/**
 * A group for vmalert, which shows a rule what an earlier rule of its group recorded one evaluation later. Rules that need
 * it at once get the expression in its place. Labels of a selector become `label_match`, a function of MetricsQL.
 */
export function inlineRules(group: RuleGroup): RuleGroup {
  const expressions = new Map<string, string[]>()
  const isLate = group.rules.some((rule) => 'record' in rule && rule.record.endsWith(':newest'))
  const rules = group.rules.map((rule): Rule => {
    const expr = isLate ? earlier(rule.expr) : rule.expr
    const inlined = { ...rule, expr: inlineExpressions(expr, expressions) }
    if ('record' in inlined && sameEvaluation.test(inlined.record)) {
      const { record, expr } = inlined
      expressions.set(record, [...(expressions.get(record) ?? []), bracket(expr)])
    }
    return inlined
  })
  return { ...group, rules }
}

/** Where the newest counters are those of the evaluation before, so is the time in which they were highest. */
function earlier(expr: string): string {
  return expr.replace(/max_over_time\((\w+(?:\{[^}]*\})?)\[(\w+)\]\)/g, 'max_over_time($1[$2] offset $2)')
}

function inlineExpressions(expr: string, expressions: ReadonlyMap<string, readonly string[]>): string {
  // A range of a series is its past, which is there.
  return expr.replace(
    /([a-z_][a-z0-9_]*:[a-z0-9_:]+)(\{[^}]*\})?(?!\[|[a-z0-9_:{])/g,
    (all, name: string, selector = '') => {
      const parts = expressions.get(name)
      return parts === undefined ? all : narrowed(bracket(parts.join(' or ')), selector)
    },
  )
}

/** Series of an expression that a selector's conditions match. */
function narrowed(expression: string, selector: string): string {
  const conditions = [...selector.matchAll(/(\w+)(=~|!~|!=|=)("(?:[^"\\]|\\.)*")/g)]
  return conditions.reduce((result, [, label, operator = '', value = '""']) => {
    const text = operator.endsWith('~') ? value : JSON.stringify(literal(JSON.parse(value) as string))
    return `${operator.startsWith('!') ? 'label_mismatch' : 'label_match'}(${result}, "${label}", ${text})`
  }, expression)
}

const literal = (value: string) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
