import type { ReadValue } from '../accumulator/gauge.js'

/** One moment at which all metrics are read, by a scrape or by a reader. */
export interface Collection {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** What a gauge of this OpenTelemetry name shows where the application gives no figure of its own. */
  readonly fallback: (name: string) => ReadValue | undefined
}

/**
 * @param fallbacks readings by OpenTelemetry name; each is taken once in a collection at the most, however many
 * series show it
 */
export function collection(at: number, fallbacks: Readonly<Record<string, ReadValue>>): Collection {
  const read = new Map<string, number>()
  return {
    at,
    fallback(name) {
      const fallback = fallbacks[name]
      if (fallback === undefined) return undefined
      return () => {
        const known = read.get(name)
        if (known !== undefined) return known
        const value = fallback()
        read.set(name, value)
        return value
      }
    },
  }
}
