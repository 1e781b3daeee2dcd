import type { Monitor } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'

/** Sums and counts of one KPI by operation, from a scrape of the monitor. Omits operations without measurements. */
export async function recorded(
  monitor: Monitor,
  metric: string,
): Promise<Record<string, { count: number; sum: number }>> {
  const samples = samplesOf(await scrape(monitor.url))
  const found: Record<string, { count: number; sum: number }> = {}
  for (const [series, count] of samples) {
    if (!series.startsWith(`${metric}_count{`) || count === '0') continue
    const operation = /operation="([^"]*)"/.exec(series)?.[1] ?? ''
    const sum = Number(samples.get(series.replace('_count{', '_sum{')))
    found[operation] = { count: Number(count), sum }
  }
  return found
}

/** Number of latencies of each operation. */
export async function timedOperations(monitor: Monitor): Promise<Record<string, number>> {
  const latencies = await recorded(monitor, 'mnemoscope_latency_seconds')
  return Object.fromEntries(Object.entries(latencies).map(([operation, { count }]) => [operation, count]))
}

/** One token for each word. */
export const countWords = (text: string) => text.split(/\s+/).filter(Boolean).length
