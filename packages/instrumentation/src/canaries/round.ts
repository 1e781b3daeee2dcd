import type { Ability, Canary } from './canary-options.js'
import { type Check, checks, staysForgotten } from './checks.js'
import { type Fact, newFact } from './fact.js'
import type { Planted } from './planted.js'

export interface RoundOptions {
  readonly abilities: readonly Ability[]
  /** Canaries for each ability. */
  readonly facts: number
  readonly planted: Planted
  readonly stopped: AbortSignal
  /** Deletes what was left before. A deleted fact that came back must be seen first. */
  readonly tidy: () => Promise<void>
  /** Facts that were deleted in the round before. */
  readonly forgotten: readonly Fact[]
  /** Called after each canary, with the time until it was found. */
  readonly onCanary: (canary: Canary, recalledAfter: number | undefined) => void
}

/**
 * Tests each ability by new facts, one after the other, and deletes them. It ends early when it is stopped.
 * @returns the canaries, and the facts that the memory has forgotten as it should
 */
export async function runRound({
  abilities,
  facts,
  planted,
  stopped,
  tidy,
  forgotten,
  onCanary,
}: RoundOptions): Promise<{ canaries: Canary[]; forgotten: Fact[] }> {
  const canaries: Canary[] = []

  async function test(
    ability: Ability,
    fact: Fact,
    check: () => Promise<Check>,
  ): Promise<Canary | undefined> {
    let checked: Check
    try {
      stopped.throwIfAborted()
      checked = await check()
    } catch (error) {
      // What was cut short says nothing.
      if (stopped.aborted) return undefined
      checked = {
        outcome: 'unknown',
        found: [],
        error: error instanceof Error ? error.message : String(error),
      }
    }
    const { outcome, error, recalledAfter } = checked
    const found = checked.found.map(({ id }) => id)
    const { id, question } = fact
    const canary = { ability, outcome, id, question, found, ...(error !== undefined && { error }) }
    canaries.push(canary)
    onCanary(canary, recalledAfter)
    return canary
  }

  for (const fact of forgotten) await test('forgetting', fact, () => staysForgotten(fact, planted))
  await tidy()
  const deleted: Fact[] = []
  for (const ability of abilities) {
    for (let i = 0; i < facts; i++) {
      const fact = newFact()
      const canary = await test(ability, fact, () => checks[ability](fact, planted))
      if (ability === 'forgetting' && canary?.outcome === 'kept') deleted.push(fact)
      await planted.deleteAll()
    }
  }
  return { canaries, forgotten: deleted }
}
