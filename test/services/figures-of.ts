import { type Counted, difference, nothing, sum } from './shape.js'

/** What a scrape shows, and of which start of the process. */
export interface Scraped {
  readonly counted: Counted
  readonly startedAt: string
}

export function scraped(text: string): Scraped {
  const value = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((all, [, each]) => all + Number(each), 0)
  return {
    startedAt: /^process_start_time_seconds\S* (\S+)$/m.exec(text)?.[1] ?? '',
    counted: {
      operations: value(/^mnemoscope_f1_score_count\{.*\} (\S+)$/gm),
      f1Sum: value(/^mnemoscope_f1_score_sum\{.*\} (\S+)$/gm),
      latencySum: value(/^mnemoscope_latency_seconds_sum\{.*\} (\S+)$/gm),
      tokens: value(/^mnemoscope_token_usage_sum\{.*\} (\S+)$/gm),
      overflows: value(/^mnemoscope_\w+_total\{.*="hierarchy".*\} (\S+)$/gm),
      others: value(/^mnemoscope_\w+_total\{.*="none".*\} (\S+)$/gm),
    },
  }
}

/** Adds up scrapes over restarts, as Prometheus does: what another start shows is all new. */
export function adder() {
  let [all, last]: [Counted, Scraped | undefined] = [nothing, undefined]
  return {
    add(next: Scraped) {
      const before = last?.startedAt === next.startedAt ? last.counted : nothing
      all = sum(all, difference(next.counted, before))
      last = next
    },
    total: () => all,
  }
}
