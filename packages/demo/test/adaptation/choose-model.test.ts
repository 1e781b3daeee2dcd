import { expect, test } from '@jest/globals'
import { chooseModel, type Situation } from '../../src/adaptation/choose-model.js'
import type { AdaptationStrategy } from '../../src/results.js'

const at = (situation: Partial<Situation>): Situation => ({
  model: 'mixtral-8x7b',
  contextSize: 8_000,
  ...situation,
})

test.each<[AdaptationStrategy, string, Situation, string]>([
  ['context_size', 'an empty context', at({ contextSize: 0 }), 'mistral-7b'],
  ['context_size', '4,000 tokens', at({ contextSize: 4_000 }), 'mistral-7b'],
  ['context_size', '4,001 tokens', at({ contextSize: 4_001 }), 'mixtral-8x7b'],
  ['context_size', '16,000 tokens', at({ contextSize: 16_000 }), 'mixtral-8x7b'],
  ['context_size', '16,001 tokens', at({ contextSize: 16_001 }), 'gpt-4o'],
  ['context_size', 'a poor F1', at({ f1Score: 0.1 }), 'mixtral-8x7b'],
  ['performance_based', 'nothing known yet', at({ contextSize: 1 }), 'mixtral-8x7b'],
  ['performance_based', 'F1 at the limit', at({ f1Score: 0.75 }), 'mixtral-8x7b'],
  ['performance_based', 'F1 under the limit', at({ f1Score: 0.74 }), 'gpt-4o'],
  ['performance_based', 'poor on the largest', at({ model: 'gpt-4o', f1Score: 0.1 }), 'gpt-4o'],
  ['performance_based', 'slow', at({ f1Score: 0.9, latency: 10.1 }), 'mistral-7b'],
  ['performance_based', 'slow on the smallest', at({ model: 'mistral-7b', latency: 11 }), 'mistral-7b'],
  ['performance_based', 'poor and slow: F1 comes first', at({ f1Score: 0.5, latency: 11 }), 'gpt-4o'],
  ['hybrid', 'good work goes by size', at({ contextSize: 3_000, f1Score: 0.9 }), 'mistral-7b'],
  ['hybrid', 'poor work gets one more', at({ contextSize: 3_000, f1Score: 0.5 }), 'mixtral-8x7b'],
  ['hybrid', 'poor work on the largest stays', at({ contextSize: 20_000, f1Score: 0.5 }), 'gpt-4o'],
  ['manual', 'without a request', at({}), 'mixtral-8x7b'],
  ['manual', 'with a request', at({ requested: 'gpt-4o' }), 'gpt-4o'],
])('%s, %s', (strategy, _, situation, model) => {
  expect(chooseModel(strategy, situation).model).toBe(model)
})
