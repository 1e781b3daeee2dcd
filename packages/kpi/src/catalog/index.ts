import { adaptation_success_rate } from './adaptation-success-rate.js'
import { context_utilization } from './context-utilization.js'
import { f1_score } from './f1-score.js'
import { latency } from './latency.js'
import { memory_usage } from './memory-usage.js'
import { overflow_frequency } from './overflow-frequency.js'
import { token_usage } from './token-usage.js'

/** The built-in KPIs by id, in the order people read them. To add one: one file beside these, one line here. */
export const catalog = {
  f1_score,
  latency,
  token_usage,
  memory_usage,
  context_utilization,
  adaptation_success_rate,
  overflow_frequency,
} as const

export type BuiltInKpiId = keyof typeof catalog
