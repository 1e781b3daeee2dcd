import { describe, expect, test } from '@jest/globals'
import {
  type Direction,
  defineConfig,
  isInBreach,
  judgeMean,
  judgeShare,
  type MeanMemory,
  meanSettings,
  type NewOperations,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
} from '@mnemoscope/kpi'
import fc from 'fast-check'

const { f1_score, latency } = defineConfig().kpis

/** An evaluation: the time since the one before, and the values of the operations that are new. */
interface Seen {
  readonly elapsed: number
  readonly values: readonly number[]
}

/** Traffic of all kinds: bursts and quiet hours; at one time in five an evaluation without a new operation. */
const traffic = (value: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      elapsed: fc.oneof(fc.constant(30), fc.integer({ min: 1, max: 4_000 })),
      values: fc.oneof(
        { weight: 1, arbitrary: fc.constant([]) },
        { weight: 4, arbitrary: fc.array(value, { minLength: 1, maxLength: 40 }) },
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const directions = fc.constantFrom<Direction>('higher_is_better', 'lower_is_better')
const runs = { numRuns: 100 }

/** Breaches at each evaluation, and the memories. */
function judged(direction: Direction, threshold: number, evaluations: readonly Seen[]) {
  const settings = meanSettings({ ...f1_score, direction })
  let memory: MeanMemory | undefined
  let firing = false
  let at = 0
  return evaluations.map(({ elapsed, values }) => {
    at += elapsed
    const sum = values.reduce((total, each) => total + each, 0)
    memory = rememberMean(memory, { count: values.length, sum }, at, settings)
    const known = memory && judgeMean(memory, settings)
    firing = known !== undefined && isInBreach(known, threshold, direction, firing)
    return { memory, known, firing, values }
  })
}

describe('whatever the traffic, a judged mean', () => {
  test('stays bit for bit where nothing is new, until it expires', () => {
    fc.assert(
      fc.property(directions, traffic(between(0, 1)), (direction, evaluations) => {
        const all = judged(direction, 0.8, evaluations)
        for (const [i, { memory, firing, values }] of all.entries()) {
          const before = all[i - 1]
          if (values.length > 0 || before === undefined) continue
          if (memory === undefined) expect(firing).toBe(false)
          else {
            expect(memory).toBe(before.memory)
            expect(firing).toBe(before.firing)
          }
        }
      }),
      runs,
    )
  })

  test('is never in breach without an operation at or beyond the threshold', () => {
    fc.assert(
      fc.property(traffic(between(0.800_001, 1)), (evaluations) => {
        expect(judged('higher_is_better', 0.8, evaluations).some(({ firing }) => firing)).toBe(false)
      }),
      runs,
    )
    fc.assert(
      fc.property(traffic(between(0, 4.999_99)), (evaluations) => {
        expect(judged('lower_is_better', 5, evaluations).some(({ firing }) => firing)).toBe(false)
      }),
      runs,
    )
  })

  test('stays in breach while all operations are at or beyond the threshold', () => {
    fc.assert(
      fc.property(traffic(between(0, 0.8)), (evaluations) => {
        const all = judged('higher_is_better', 0.8, evaluations)
        for (const [i, { memory, firing }] of all.entries()) {
          const before = all[i - 1]
          if (before?.memory === undefined || !before.firing || memory === undefined) continue
          const hasExpired = memory.operations < before.memory.operations
          expect(firing || hasExpired).toBe(true)
        }
      }),
      runs,
    )
  })

  test('lies between the least and the most that it may be, and all are numbers', () => {
    fc.assert(
      fc.property(directions, traffic(between(-1_000, 1_000)), (direction, evaluations) => {
        for (const { known } of judged(direction, 0.8, evaluations)) {
          if (known === undefined) continue
          expect([known.value, known.low, known.high, known.deviation].every(Number.isFinite)).toBe(true)
          expect(known.low).toBeLessThanOrEqual(known.high)
        }
      }),
      runs,
    )
  })
})

describe('whatever the traffic, a judged share', () => {
  const settings = shareSettings(latency)

  function shares(evaluations: readonly (NewOperations & { elapsed: number })[]) {
    let memory: ShareMemory | undefined
    let firing = false
    let at = 0
    return evaluations.map(({ elapsed, ...added }) => {
      at += elapsed
      memory = rememberShare(memory, added, at, settings)
      const known = memory && judgeShare(memory, settings)
      firing = known !== undefined && isInBreach(known, settings.allowed, 'lower_is_better', firing)
      return { memory, firing, added }
    })
  }

  const counted = (share: fc.Arbitrary<number>) =>
    fc.array(
      fc
        .record({
          elapsed: fc.integer({ min: 1, max: 4_000 }),
          count: fc.integer({ min: 0, max: 50 }),
          share,
        })
        .map(({ elapsed, count, share: part }) => ({ elapsed, count, sum: Math.round(count * part) })),
      { minLength: 1, maxLength: 60 },
    )

  test('stays bit for bit where nothing is new, until it expires', () => {
    fc.assert(
      fc.property(counted(between(0, 1)), (evaluations) => {
        const all = shares(evaluations)
        for (const [i, { memory, firing, added }] of all.entries()) {
          const before = all[i - 1]
          if (added.count > 0 || before === undefined || memory === undefined) continue
          expect(memory).toBe(before.memory)
          expect(firing).toBe(before.firing)
        }
      }),
      runs,
    )
  })

  test('is never in breach without a slow operation, and never ends one while all are slow', () => {
    fc.assert(
      fc.property(counted(fc.constant(0)), (evaluations) => {
        expect(shares(evaluations).some(({ firing }) => firing)).toBe(false)
      }),
      runs,
    )
    fc.assert(
      fc.property(counted(fc.constant(1)), (evaluations) => {
        const all = shares(evaluations)
        const expired = (i: number) => {
          const [now, before] = [all[i]?.memory, all[i - 1]?.memory]
          return (
            now === undefined ||
            before === undefined ||
            now.lastOperation - before.lastOperation > settings.expiry
          )
        }
        for (const [i, { firing }] of all.entries())
          if (all[i - 1]?.firing && !expired(i)) expect(firing).toBe(true)
      }),
      runs,
    )
  })
})
