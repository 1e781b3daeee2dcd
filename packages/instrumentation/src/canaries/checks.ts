import type { Found } from '@mnemoscope/evaluation'
import type { Ability, CanaryOutcome } from './canary-options.js'
import { type Fact, newFact } from './fact.js'
import type { Planted } from './planted.js'

/** What a check saw. */
export interface Check {
  readonly outcome: CanaryOutcome
  /** What the last search found. */
  readonly found: readonly Found[]
  /** Seconds from the end of the write until a search found it. */
  readonly recalledAfter?: number
  /** Why the outcome is unknown. */
  readonly error?: string
}

/** Tests one ability by one fact. It may leave the fact in the memory: the round deletes it. */
export const checks: Readonly<Record<Ability, (fact: Fact, planted: Planted) => Promise<Check>>> = {
  async recall(fact, planted) {
    await planted.add(fact.id, fact.before.text)
    const start = performance.now()
    const { isSeen, found } = await planted.seek(fact.question, finds(fact))
    if (!isSeen) return { outcome: 'broken', found }
    return { outcome: 'kept', found, recalledAfter: (performance.now() - start) / 1_000 }
  },

  async update(fact, planted) {
    const unknown = await plant(fact, planted)
    if (unknown !== undefined) return unknown
    await planted.update(fact.id, fact.after.text)
    const isSilent = (all: readonly Found[]) =>
      all.some(({ id, text }) => id === fact.id && text === undefined)
    const { isSeen, found } = await planted.seek(
      fact.question,
      (all) => isSilent(all) || (says(all, fact.after.answer) && !says(all, fact.before.answer)),
    )
    if (isSilent(found))
      return { outcome: 'unknown', found, error: 'the search returns no text of what it finds' }
    return { outcome: isSeen ? 'kept' : 'broken', found }
  },

  async abstention(fact, planted) {
    const unknown = await plant(fact, planted)
    if (unknown !== undefined) return unknown
    const found = await planted.search(newFact().question)
    return { outcome: found.length === 0 ? 'kept' : 'broken', found }
  },

  async forgetting(fact, planted) {
    const unknown = await plant(fact, planted)
    if (unknown !== undefined) return unknown
    await planted.delete(fact.id)
    const { isSeen, found } = await planted.seek(fact.question, (all) => !finds(fact)(all))
    return { outcome: isSeen ? 'kept' : 'broken', found }
  },

  async isolation(fact, planted) {
    const unknown = await plant(fact, planted, 'other')
    if (unknown !== undefined) return unknown
    const found = await planted.search(fact.question)
    return { outcome: finds(fact)(found) ? 'broken' : 'kept', found }
  },
}

/** Whether a fact that was deleted in an earlier round has stayed away. */
export async function staysForgotten(fact: Fact, planted: Planted): Promise<Check> {
  const found = await planted.search(fact.question)
  return { outcome: finds(fact)(found) ? 'broken' : 'kept', found }
}

/** Writes a fact and waits until it is found. If it is not, that is a fault of recall, and nothing else can be tested. */
async function plant(
  fact: Fact,
  planted: Planted,
  scope: 'own' | 'other' = 'own',
): Promise<Check | undefined> {
  await planted.add(fact.id, fact.before.text, scope)
  const { isSeen, found } = await planted.seek(fact.question, finds(fact), scope)
  return isSeen ? undefined : { outcome: 'unknown', found, error: 'it was not found after it was written' }
}

function finds({ id }: Fact): (found: readonly Found[]) => boolean {
  return (found) => found.some((each) => each.id === id)
}

function says(found: readonly Found[], word: string): boolean {
  return found.some(({ text }) => text?.toLowerCase().includes(word.toLowerCase()))
}
