import type { ResultFacts } from '../measured-call.js'

/** Token counts as providers report them: plain in version 5 of the AI SDK, with their parts since version 6. */
type TokenCount = number | { readonly total?: number | undefined } | undefined

interface WithUsage {
  readonly usage?: { readonly inputTokens?: TokenCount; readonly outputTokens?: TokenCount }
}

/**
 * What a model's answer tells about its context.
 * @param window size of the context window in tokens
 */
export function usageFacts(answer: unknown, window: number): ResultFacts {
  const { usage } = answer as WithUsage
  const input = tokens(usage?.inputTokens)
  const output = tokens(usage?.outputTokens)
  return {
    values: {
      token_usage: input,
      context_utilization: input !== undefined && window > 0 ? input / window : undefined,
    },
    ...(output !== undefined && { metadata: { output_tokens: output } }),
  }
}

function tokens(count: TokenCount): number | undefined {
  return typeof count === 'object' ? count?.total : count
}
