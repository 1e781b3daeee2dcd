import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** A selector of an expression, with what is around it. */
export interface Selector {
  /** Name of the metric; empty where only matchers tell. */
  readonly name: string
  readonly matchers: readonly string[]
  /** Range of a range selector, as written. */
  readonly range: string | undefined
  /** Function that it is the argument of. */
  readonly fn: string | undefined
}

/**
 * The selectors of a PromQL expression.
 * @throws SyntaxError where the expression does not parse
 */
export function selectorsOf(expression: string): Selector[] {
  const tree = parser.parse(expression)
  const text = (node: SyntaxNode) => expression.slice(node.from, node.to)
  const selectors: Selector[] = []
  tree.iterate({
    enter: ({ type, node }) => {
      if (type.isError) throw new SyntaxError(`not PromQL at ${node.from}: ${expression}`)
      if (type.name !== 'VectorSelector') return
      const ranged = ancestor(node, 'MatrixSelector', 1)
      const call = ancestor(ranged ?? node, 'FunctionCall', 3)
      selectors.push({
        name: textOf(node.getChild('Identifier'), text),
        matchers: node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher').map(text) ?? [],
        range: ranged === undefined ? undefined : text(ranged).match(/\[(.*)\]$/)?.[1],
        fn: call === undefined ? undefined : textOf(call.getChild('FunctionIdentifier'), text),
      })
    },
  })
  return selectors
}

/** The nearest node of a kind around a node, at most so many levels up. */
function ancestor(node: SyntaxNode, name: string, levels: number): SyntaxNode | undefined {
  let parent = node.parent
  for (let level = 0; parent !== null && level < levels; level++) {
    if (parent.name === name) return parent
    parent = parent.parent
  }
  return undefined
}

function textOf(node: SyntaxNode | null, text: (node: SyntaxNode) => string): string {
  return node === null ? '' : text(node)
}
