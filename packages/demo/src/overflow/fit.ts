import { type Context, contextTokens } from '../context.js'
import type { OverflowStrategy } from '../results.js'
import { hierarchy } from './hierarchy.js'
import { slidingWindow } from './sliding-window.js'

/** Up to this many times the budget, forgetting the oldest is enough; beyond, too much would be forgotten. */
const slidingUpTo = 1.15

/** What a context may cost, in tokens. */
export interface Allowance {
  /** More than this is an overflow. */
  readonly budget: number
  /** What an overflowing context is brought down to. Well under the budget, or the next question overflows again. */
  readonly target: number
}

/** A context that fits, and how it came to. */
export interface Fitted {
  readonly context: Context
  readonly tokens: number
  readonly originalTokens: number
  readonly strategy: OverflowStrategy
}

/** Which strategy an overflow calls for. Tokens in both arguments. */
export function chooseStrategy(tokens: number, budget: number): OverflowStrategy {
  if (tokens <= budget) return 'none'
  return tokens <= budget * slidingUpTo ? 'sliding_window' : 'hierarchy'
}

/** Fits a context into its allowance; one that fits already comes back as it is. */
export function fit(context: Context, { budget, target }: Allowance): Fitted {
  const originalTokens = contextTokens(context)
  const strategy = chooseStrategy(originalTokens, budget)
  const fitted = compress[strategy](context, target)
  return { context: fitted, tokens: contextTokens(fitted), originalTokens, strategy }
}

const compress: Record<OverflowStrategy, (context: Context, target: number) => Context> = {
  none: (context) => context,
  sliding_window: slidingWindow,
  hierarchy,
}
