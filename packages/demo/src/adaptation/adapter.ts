import { findModel, type Model } from '../models.js'
import type { AdaptationResult, AdaptationStrategy } from '../results.js'
import { chooseModel, type Situation } from './choose-model.js'

/** Moves a session from model to model, and not too often. */
export interface Adapter {
  /** The model in use. */
  readonly model: Model
  /** Chooses for the situation and changes if need be. Undefined when the model in use is the right one. */
  adapt(situation: Omit<Situation, 'model'>): AdaptationResult | undefined
}

export interface AdapterOptions {
  /** The model to begin with. */
  readonly model: Model
  /** Default `context_size`. */
  readonly strategy?: AdaptationStrategy
  /** Seconds after a change in which no other is made, so that a session doesn't swing to and fro. Default 60. */
  readonly cooldown?: number
  /** A clock that never goes back, in milliseconds. Default: the process's monotonic clock. */
  readonly now?: () => number
}

/** An adapter for one session. A failure or a refusal leaves the model as it is and starts no cooldown. */
export function createAdapter({
  model: first,
  strategy = 'context_size',
  cooldown = 60,
  now = () => performance.now(),
}: AdapterOptions): Adapter {
  let model = first
  let coolUntil = Number.NEGATIVE_INFINITY

  return {
    get model() {
      return model
    },
    adapt(situation) {
      const choice = chooseModel(strategy, { ...situation, model: model.id })
      if (choice.model === model.id) return undefined
      const outcome = {
        original_model: model.id,
        adapted_model: choice.model,
        adaptation_reason: choice.reason,
        context_size: situation.contextSize,
        performance_metrics: {
          ...(situation.f1Score !== undefined && { f1_score: situation.f1Score }),
          ...(situation.latency !== undefined && { latency: situation.latency }),
        },
        adaptation_timestamp: new Date().toISOString(),
      }
      const remaining = (coolUntil - now()) / 1000
      if (remaining > 0)
        return { ...outcome, success: false, metadata: { strategy, cooldown_remaining: remaining } }
      const target = findModel(choice.model)
      if (!target)
        return {
          ...outcome,
          success: false,
          metadata: { strategy, error: `there is no model ${choice.model}` },
        }
      model = target
      coolUntil = now() + cooldown * 1000
      return { ...outcome, success: true, metadata: { strategy } }
    },
  }
}
