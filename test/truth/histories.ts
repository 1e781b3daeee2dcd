import type { Kind, Minutes, Operation } from './operations.js'
import { every } from './operations.js'
import type { Life, Pattern } from './pattern.js'
import { beta, seeded } from './random.js'

/** A stretch of a history: a system that is ill or well, at one pace. */
interface Stretch {
  readonly span: Minutes
  readonly seconds: number
  readonly kind: Kind
}

const hours = 4

/**
 * Four random hours of one place: stretches of ten minutes to two hours, well and ill in turn, at a pace from two operations
 * a second to one in ten minutes, by one to three replicas that restart and whose scrapes fail.
 */
export function randomHistory(seed: number): Pattern {
  const uniform = seeded(seed * 7_919)
  const between = (min: number, max: number) => min + (max - min) * uniform()
  const kpi = uniform() < 0.5 ? 'f1_score' : 'latency'
  const kindOf = kpi === 'f1_score' ? randomScore : randomLatency
  const paceOf = () => Math.exp(between(Math.log(0.5), Math.log(600)))
  const stretches: Stretch[] = []
  let isIll = uniform() < 0.3
  let seconds = paceOf()
  for (let from = 0; from < hours * 60; isIll = !isIll) {
    const to = from + between(10, 120)
    const end = to > hours * 60 - 10 ? hours * 60 : to
    if (uniform() < 0.3) seconds = paceOf()
    stretches.push({ span: [from, end], seconds, kind: kindOf(isIll, between) })
    from = end
  }
  const replicas = 1 + Math.floor(uniform() * 3)
  const lives = Array.from({ length: replicas }, (_, i) => {
    const operations = stretches.flatMap(({ span, seconds: pace, kind }, j) =>
      every(pace * replicas, span, kind, seed * 101 + i * 11 + j),
    )
    return livesOf(`replica-${i}:9464`, operations, uniform)
  }).flat()
  const gaps = uniform() < 0.3 ? [between(20, 200)] : []
  return {
    name: `history ${seed}`,
    kpi,
    minutes: hours * 60,
    scrapeInterval: [15, 15, 30, 60][Math.floor(uniform() * 4)] ?? 15,
    unscraped: gaps.map((from): Minutes => [from, from + between(0.5, 8)]),
    lives,
    says: {},
  }
}

/** Up to three lives of an instance: it is away for a quarter of a minute to two minutes at each restart. */
function livesOf(instance: string, operations: readonly Operation[], uniform: () => number): Life[] {
  const count = Math.floor(uniform() * 3)
  const restarts = Array.from({ length: count }, () => 10 + uniform() * (hours * 60 - 20)).sort(
    (a, b) => a - b,
  )
  const away = 0.25 + uniform() * 1.75
  return [0, ...restarts].map((from, i): Life => {
    const starts = from === 0 ? 0 : from + away
    const ends = restarts[i] ?? Number.POSITIVE_INFINITY
    const own = operations.filter(({ at }) => at >= starts * 60 && at < ends * 60)
    return { instance, starts, ...(Number.isFinite(ends) ? { ends } : {}), operations: own }
  })
}

type Between = (min: number, max: number) => number

function randomScore(isIll: boolean, between: Between): Kind {
  const mean = isIll ? between(0.2, 0.78) : between(0.82, 0.97)
  const deviation = Math.min(between(0.05, 0.15), 0.9 * Math.sqrt(mean * (1 - mean)))
  return { draw: beta(mean, deviation), mean, deviation }
}

/** A share of the operations takes 30 s, the others 1 s. */
function randomLatency(isIll: boolean, between: Between): Kind {
  const share = isIll ? between(0.07, 1) : Math.max(0, between(-0.02, 0.04))
  return {
    draw: (uniform) => (uniform() < share ? 30 : 1),
    mean: 1 + 29 * share,
    deviation: 29 * Math.sqrt(share * (1 - share)),
    shareBeyond: (threshold) => (threshold <= 30 ? share : 0),
  }
}
