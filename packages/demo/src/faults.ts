import type { Memory } from './memory.js'

/**
 * Ways to break the memory for real:
 * - `recall`: seven of ten sections are taken out of the index, so F1 falls;
 * - `latency`: the store waits before it answers, so operations take longer than any threshold allows;
 * - `tokens`: no budget and no forgetting, so a question carries everything its session has ever received;
 * - `overflow`: hardly any budget, so every context overflows and is cut to pieces.
 */
export const faults = ['recall', 'latency', 'tokens', 'overflow'] as const

export type Fault = (typeof faults)[number]

/** Of ten sections, in the order of the corpus, this many are lost. */
const lostOfTen = 7

/** Seconds the store waits: beyond the critical latency of the default configuration, 20 s. */
export const slowSeconds = 22

/** Whether a text names a fault. */
export function isFault(name: unknown): name is Fault {
  return faults.some((fault) => fault === name)
}

/** Undoes whatever was broken and breaks what is asked for. Undefined leaves the memory healthy. */
export function applyFault(memory: Memory, fault: Fault | undefined): void {
  memory.store.restore()
  memory.store.setDelay(fault === 'latency' ? slowSeconds : undefined)
  memory.economy = fault === 'tokens' ? 'unlimited' : fault === 'overflow' ? 'starved' : 'normal'
  // Spread over all documents: multiplying by a number coprime to ten visits the ten remainders in mixed order.
  if (fault === 'recall') memory.store.drop((_, position) => (position * 7) % 10 < lostOfTen)
}
