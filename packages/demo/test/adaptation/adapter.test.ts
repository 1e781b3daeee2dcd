import { describe, expect, test } from '@jest/globals'
import { type AdapterOptions, createAdapter } from '../../src/adaptation/adapter.js'
import { findModel } from '../../src/models.js'

function adapterAt(options: Partial<AdapterOptions> = {}) {
  const model = findModel('mistral-7b')
  if (!model) throw new Error('the smallest model is missing')
  const clock = { now: 0 }
  return { clock, adapter: createAdapter({ model, cooldown: 60, now: () => clock.now, ...options }) }
}

describe('an adapter', () => {
  test('returns what it changed and why', () => {
    const { adapter } = adapterAt()
    expect(adapter.adapt({ contextSize: 9_000, f1Score: 0.9 })).toEqual({
      original_model: 'mistral-7b',
      adapted_model: 'mixtral-8x7b',
      adaptation_reason: 'context of 9000 tokens',
      context_size: 9_000,
      performance_metrics: { f1_score: 0.9 },
      adaptation_timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      success: true,
      metadata: { strategy: 'context_size' },
    })
    expect(adapter.model.id).toBe('mixtral-8x7b')
  })

  test('returns nothing when the model in use is the right one', () => {
    const { adapter } = adapterAt()
    expect(adapter.adapt({ contextSize: 100 })).toBeUndefined()
  })

  test.each([
    [0, 60],
    [59_999, 0.001],
    [60_000, undefined],
  ])('%i ms after a change the cooldown that remains is %s s', (later, remaining) => {
    const { adapter, clock } = adapterAt()
    adapter.adapt({ contextSize: 9_000 })
    clock.now = later
    const result = adapter.adapt({ contextSize: 20_000 })
    expect(result?.success).toBe(remaining === undefined)
    if (remaining === undefined) expect(result?.metadata).not.toHaveProperty('cooldown_remaining')
    else expect(result?.metadata.cooldown_remaining).toBeCloseTo(remaining, 6)
    expect(adapter.model.id).toBe(remaining === undefined ? 'gpt-4o' : 'mixtral-8x7b')
  })

  test('a refusal does not lengthen the cooldown', () => {
    const { adapter, clock } = adapterAt()
    adapter.adapt({ contextSize: 9_000 })
    clock.now = 50_000
    adapter.adapt({ contextSize: 20_000 })
    clock.now = 60_000
    expect(adapter.adapt({ contextSize: 20_000 })?.success).toBe(true)
  })

  test('a wish for a model that does not exist fails, says so and starts no cooldown', () => {
    const { adapter } = adapterAt({ strategy: 'manual' })
    const failed = adapter.adapt({ contextSize: 1, requested: 'gpt-9' })
    expect(failed).toMatchObject({ success: false, metadata: { error: 'there is no model gpt-9' } })
    expect(failed?.metadata).not.toHaveProperty('cooldown_remaining')
    expect(adapter.model.id).toBe('mistral-7b')
    expect(adapter.adapt({ contextSize: 1, requested: 'gpt-4o' })?.success).toBe(true)
  })
})
