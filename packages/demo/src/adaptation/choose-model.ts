import { type ModelId, models } from '../models.js'
import type { AdaptationStrategy } from '../results.js'

/** What is known when a model is to be chosen. */
export interface Situation {
  readonly model: ModelId
  /** Tokens at hand: what the session has been given so far. */
  readonly contextSize: number
  /** Mean F1 of the model's recent answers, 0 to 1. Undefined: none yet, and then performance moves nothing. */
  readonly f1Score?: number
  /** Mean latency of the same answers, in seconds. */
  readonly latency?: number
  /** The model a person asked for; read by the strategy `manual` alone. */
  readonly requested?: string
}

/** A model and, in words, why it was chosen. The id of a manual choice may name no model. */
export interface Choice {
  readonly model: string
  readonly reason: string
}

/** Contexts up to this many tokens go to the smaller models. */
const sizeLimits: readonly { readonly model: ModelId; readonly upTo: number }[] = [
  { model: 'mistral-7b', upTo: 4_000 },
  { model: 'mixtral-8x7b', upTo: 16_000 },
  { model: 'gpt-4o', upTo: Number.POSITIVE_INFINITY },
]

/** Answers worse than this ask for a larger model, answers slower than this (seconds) for a smaller one. */
const poorF1 = 0.75
const slowLatency = 10

/** The model for a situation. Pure: the same situation always gives the same choice. */
export function chooseModel(strategy: AdaptationStrategy, situation: Situation): Choice {
  switch (strategy) {
    case 'context_size':
      return bySize(situation)
    case 'performance_based':
      return byPerformance(situation)
    case 'hybrid': {
      const size = bySize(situation)
      return isPoor(situation)
        ? { model: neighbour(size.model, +1), reason: `${size.reason}; F1 is poor` }
        : size
    }
    case 'manual':
      return { model: situation.requested ?? situation.model, reason: 'asked for' }
  }
}

function bySize({ contextSize, model }: Situation): Choice {
  const limit = sizeLimits.find((each) => contextSize <= each.upTo)
  return { model: limit?.model ?? model, reason: `context of ${contextSize} tokens` }
}

function byPerformance(situation: Situation): Choice {
  if (isPoor(situation)) return { model: neighbour(situation.model, +1), reason: `F1 below ${poorF1}` }
  if ((situation.latency ?? 0) > slowLatency)
    return { model: neighbour(situation.model, -1), reason: `latency above ${slowLatency} s` }
  return { model: situation.model, reason: 'performance is good' }
}

function isPoor({ f1Score }: Situation): boolean {
  return f1Score !== undefined && f1Score < poorF1
}

/** The next larger (+1) or smaller (-1) model, or the same at the end of the list. */
function neighbour(id: string, step: 1 | -1): string {
  return models[models.findIndex((model) => model.id === id) + step]?.id ?? id
}
