import type { Memory } from '@mnemoscope/evaluation'
import { loadExport } from '../evaluate/load-memory.js'

/** What an audit calls of a memory. */
export type Source = Pick<Memory, 'close'> &
  Required<Pick<Memory, 'entries'>> &
  Partial<Pick<Memory, 'search'>>

/**
 * Loads the module of a memory that can give its entries.
 * @throws MnemoscopeError USAGE if there is no such file; MEMORY_UNUSABLE if it does not load or has no function `entries`
 */
export async function loadSource(path: string): Promise<Source> {
  const memory = await loadExport<Source>(path, ['entries'])
  return {
    entries: (from) => memory.entries(from),
    ...(memory.search !== undefined && { search: (question, call) => memory.search?.(question, call) ?? [] }),
    close: () => memory.close?.(),
  }
}
