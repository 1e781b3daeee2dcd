import { type Kpi, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import type { Life, Pattern } from './pattern.js'
import { covers } from './seen.js'

/** What one series of an instance has counted since its process began; of a gauge `sum` is what it reads. */
export interface Totals {
  readonly count: number
  readonly sum: number
  /** For each level, operations at or beyond its threshold. */
  readonly beyond: Readonly<Partial<Record<ThresholdSeverity, number>>>
  /** For each of the KPI's boundaries, operations at or below it. */
  readonly buckets: readonly number[]
}

/** One scrape of an instance that answered, or a push. */
export interface Scrape {
  readonly at: number
  /** When the process began, by its own clock; undefined where it does not say. */
  readonly processStart: number | undefined
  /** How long it lives, which no clock changes; undefined where it does not say. */
  readonly uptime: number | undefined
  /**
   * Series of the place. There is one, or of outcomes one for those that are counted and one for the others. A series is
   * undefined before it has counted anything.
   */
  readonly series: readonly (Totals | undefined)[]
}

/** The scrapes of each instance, in order. A failed scrape is not among them. */
export function scrapesOf(pattern: Pattern, kpi: Kpi): Map<string, Scrape[]> {
  const { lives, minutes, scrapeInterval = 15, unscraped = [] } = pattern
  const instances = new Map<string, Scrape[]>()
  for (const life of [...lives].sort((a, b) => a.starts - b.starts)) {
    const scrapes = instances.get(life.instance) ?? []
    instances.set(life.instance, scrapes)
    const counted = counter(life, kpi)
    const ends = (life.ends ?? Number.POSITIVE_INFINITY) * 60
    for (let second = 0; second <= minutes * 60 && second < ends; second += scrapeInterval) {
      if (second < life.starts * 60 || covers(unscraped, second)) continue
      const processStart = life.saysNoStart ? undefined : life.starts * 60 + (life.clockAhead ?? 0)
      const uptime = life.saysNoStart ? undefined : second - life.starts * 60
      scrapes.push({ at: second, processStart, uptime, series: counted(second) })
    }
  }
  return instances
}

/** What a process has counted at a time; times must ascend. */
function counter({ operations, evicted = [] }: Life, kpi: Kpi): (second: number) => Scrape['series'] {
  const sorted = [...operations].sort((a, b) => a.at - b.at)
  const begin = () => (kpi.outcomes === undefined ? [series(kpi)] : [series(kpi), series(kpi)])
  let all = begin()
  let next = 0
  return (second) => {
    if (covers(evicted, second)) all = begin()
    for (; next < sorted.length; next++) {
      const operation = sorted[next]
      if (operation === undefined || operation.at > second) break
      const isOther = kpi.outcomes !== undefined && operation.value === 0
      all[isOther ? 1 : 0]?.add(operation.value)
    }
    return all.map(({ totals }) => totals())
  }
}

function series(kpi: Kpi) {
  const levels = thresholdSeverities.flatMap((level) => {
    const threshold = kpi.thresholds[level]
    return threshold === undefined ? [] : [{ level, threshold }]
  })
  const beyond = new Map(levels.map(({ level }) => [level, 0]))
  const buckets = kpi.boundaries.map(() => 0)
  let [count, sum] = [0, 0]
  return {
    add(value: number) {
      count += 1
      sum = kpi.instrument === 'gauge' ? value : sum + value
      for (const { level, threshold } of levels) {
        const isBeyond = kpi.direction === 'higher_is_better' ? value <= threshold : value >= threshold
        if (isBeyond) beyond.set(level, (beyond.get(level) ?? 0) + 1)
      }
      for (const [i, boundary] of kpi.boundaries.entries())
        if (value <= boundary) buckets[i] = (buckets[i] ?? 0) + 1
    },
    totals: (): Totals | undefined =>
      count === 0 ? undefined : { count, sum, beyond: Object.fromEntries(beyond), buckets: [...buckets] },
  }
}
