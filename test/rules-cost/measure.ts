import { setTimeout as sleep } from 'node:timers/promises'

/** Averages over some minutes of a server's rule groups. */
export interface Cost {
  /** Evaluation time divided by the interval, summed over groups: a share of the time. */
  readonly share: number
  /** CPU seconds of the server a second, all that it does: scrapes and storage are in it. */
  readonly cpu: number
  readonly groups: readonly {
    readonly name: string
    readonly share: number
    /** Seconds of an evaluation of each rule, in the order of the group. */
    readonly rules: readonly { readonly name: string; readonly seconds: number }[]
  }[]
}

interface Groups {
  readonly data: {
    readonly groups: readonly {
      readonly name: string
      readonly interval: number
      readonly lastEvaluation: string
      readonly evaluationTime: number
      readonly rules: readonly { readonly name: string; readonly evaluationTime: number }[]
    }[]
  }
}

/** Looks back over days have nothing to read in a run of minutes; they are measured apart (`bench:alerting`). */
const isMeasured = (name: string) => !/_(trend|drift|burn_\w+)$/.test(name)

/** Watches a server for some seconds. */
export async function measure(url: string, seconds: number): Promise<Cost> {
  const seen = new Map<
    string,
    { at: Set<string>; last: Groups['data']['groups'][number]; seconds: number; rules: number[] }
  >()
  const [cpuBefore, startedAt] = [await cpuSeconds(url), performance.now()]
  while (performance.now() - startedAt < seconds * 1_000) {
    await sleep(2_000)
    for (const group of (await groupsOf(url)).filter(({ name }) => isMeasured(name))) {
      const known = seen.get(group.name)
      // What was evaluated before the watch began counts only as seen.
      if (known === undefined) {
        seen.set(group.name, {
          at: new Set([group.lastEvaluation]),
          last: group,
          seconds: 0,
          rules: group.rules.map(() => 0),
        })
      } else if (!known.at.has(group.lastEvaluation)) {
        known.at.add(group.lastEvaluation)
        known.seconds += group.evaluationTime
        for (const [i, { evaluationTime }] of group.rules.entries())
          known.rules[i] = (known.rules[i] ?? 0) + evaluationTime
      }
    }
  }
  const elapsed = (performance.now() - startedAt) / 1_000
  const groups = [...seen.values()].map(({ at, last, seconds, rules }) => {
    if (at.size < 2)
      throw new Error(`${last.name} was not evaluated within ${elapsed.toFixed(0)} s: watch for longer`)
    const evaluations = at.size - 1
    return {
      name: last.name,
      share: seconds / evaluations / last.interval,
      rules: last.rules.map(({ name }, i) => ({ name, seconds: (rules[i] ?? 0) / evaluations })),
    }
  })
  return {
    share: groups.reduce((sum, { share }) => sum + share, 0),
    cpu: ((await cpuSeconds(url)) - cpuBefore) / elapsed,
    groups,
  }
}

async function groupsOf(url: string): Promise<Groups['data']['groups']> {
  return ((await (await fetch(`${url}/api/v1/rules`)).json()) as Groups).data.groups
}

async function cpuSeconds(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1])
}
