import { type Config, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { every, type Kind, type Minutes, type Operation } from '../truth/operations.js'
import type { Life, Pattern } from '../truth/pattern.js'
import { seeded } from '../truth/random.js'
import { duration, score, share, tokens } from './kinds.js'

/** Where operations happen: what the labels of a series say. */
export interface Place {
  readonly service: string
  readonly model: string
  readonly contextSize: string
  /** Empty where the metric has none. */
  readonly operation: string
}

/** All operations of one KPI at one place: the raw values, which everything that is shown is compared with. */
export interface Traffic {
  readonly place: Place
  readonly kpi: Kpi
  /** The same operations as a simulated system of two replicas has them. */
  readonly pattern: Pattern
}

export const config: Config = defineConfig({
  services: [
    { name: 'memory', targets: ['10.0.0.1:9464', '10.0.0.2:9464'] },
    { name: 'agent', targets: ['10.0.0.3:9464', '10.0.0.4:9464'] },
  ],
})

/** Minutes of traffic that are looked at. */
export const lookedAt = 120
/** Traffic goes on after that, as a check takes its time. */
export const goesOn = 20

/** The deployment: the replicas of `memory` end, one after the other, and begin again with another version. */
export const deployed = { service: 'memory', minute: 36.5, version: '1.5.0', previous: '1.4.2' } as const
const restartOf = (replica: number): Minutes => [
  deployed.minute - 0.5 + 1.25 * replica,
  deployed.minute + 1.25 * replica,
]

/** Searches of `alpha` become worse, and recover. */
export const incident: Minutes = [44, 58]
/** Generations of `beta` spend too much from here on. */
export const excess = 104

/** A place, how often it works, and how good it is. */
interface Workload extends Place {
  /** Seconds from one operation of a replica to the next. */
  readonly seconds: number
  readonly f1: number
  readonly latency: number
  readonly tokens: number
}

const workloads: readonly Workload[] = [
  { ...at('memory', 'alpha', '8192', 'search'), seconds: 4, f1: 0.93, latency: 1.1, tokens: 2_100 },
  { ...at('memory', 'alpha', '8192', 'generate'), seconds: 9, f1: 0.9, latency: 3.1, tokens: 6_400 },
  { ...at('memory', 'alpha', '131072', 'search'), seconds: 8, f1: 0.89, latency: 2.3, tokens: 11_000 },
  { ...at('memory', 'beta', '8192', 'search'), seconds: 6, f1: 0.95, latency: 0.6, tokens: 1_900 },
  { ...at('memory', 'beta', '8192', 'generate'), seconds: 14, f1: 0.91, latency: 2.6, tokens: 8_800 },
  // Nearly idle, and unlike the others: it must not weigh as much as they do. Of so few operations a restart may hide one.
  { ...at('agent', 'gamma', '8192', 'search'), seconds: 480, f1: 0.87, latency: 3.9, tokens: 900 },
  { ...at('agent', 'beta', '32768', 'search'), seconds: 11, f1: 0.92, latency: 1.9, tokens: 3_300 },
]

/** Places of the short form: the incident, an operation beside it, what goes on, what is nearly idle, another service. */
const inShort: ReadonlySet<number> = new Set([0, 1, 4, 5, 6])

function at(service: string, model: string, contextSize: string, operation: string): Place {
  return { service, model, contextSize, operation }
}

/** Everything that happens, from a seed. */
export function trafficOf(seed: number, form: 'long' | 'short' = 'long'): Traffic[] {
  const minutes = lookedAt + goesOn
  const uniform = seeded(seed)
  const all = form === 'long' ? workloads : workloads.filter((_, i) => inShort.has(i))
  const places = all.flatMap((workload) => {
    const { seconds, f1, latency, tokens: spent, ...place } = workload
    const isIll = place.model === 'alpha' && place.operation === 'search'
    const isExcessive = place.model === 'beta' && place.operation === 'generate'
    /** A kind of operation, and another kind for a while. */
    const course = (
      kpi: string,
      usual: Kind,
      other: Kind | undefined,
      [from, to]: Minutes,
      pace = seconds,
    ) => {
      const parts: readonly (readonly [Minutes, Kind])[] =
        other === undefined
          ? [[[0, minutes], usual]]
          : [
              [[0, from], usual],
              [[from, to], other],
              [[to, minutes], usual],
            ]
      return traffic(place, kpi, minutes, (replica) =>
        parts.flatMap(([span, kind]) =>
          every(pace, span, kind, Math.floor(uniform() * 2 ** 31)).map((each) => ({
            ...each,
            // No two replicas work at the same moment.
            at: each.at + (replica * pace) / 3,
          })),
        ),
      )
    }
    return [
      course('f1_score', score(f1), isIll ? score(0.62) : undefined, incident),
      course('latency', duration(latency), isIll ? duration(26) : undefined, incident),
      course('token_usage', tokens(spent), isExcessive ? tokens(27_000) : undefined, [excess, minutes]),
      course('context_utilization', score(0.55), undefined, incident),
      course('adaptation_success_rate', share(0.93), undefined, incident, 8 * seconds),
      course('overflow_frequency', share(0.04), undefined, incident, 2 * seconds),
    ]
  })
  return [...places, ...memoryOf(minutes, uniform)]
}

/** What processes hold: read at each scrape, of no operation. */
function memoryOf(minutes: number, uniform: () => number): Traffic[] {
  return [at('memory', 'alpha', '8192', ''), at('agent', 'beta', '32768', '')].map((place) =>
    traffic(place, 'memory_usage', minutes, () => {
      const draw = (uniform2: () => number) => Math.round(3e8 + 5e7 * uniform2())
      return every(15, [0, minutes], { draw, mean: 3.25e8, deviation: 1e7 }, Math.floor(uniform() * 2 ** 31))
    }),
  )
}

const replicas = 2

function traffic(
  place: Place,
  kpiId: string,
  minutes: number,
  operationsOf: (replica: number) => readonly Operation[],
): Traffic {
  const kpi = (config.kpis as Readonly<Record<string, Kpi>>)[kpiId] as Kpi
  const targets = config.services.find(({ name }) => name === place.service)?.targets ?? []
  const lives = Array.from({ length: replicas }, (_, replica): Life[] => {
    const instance = String(targets[replica])
    const all = operationsOf(replica)
    if (place.service !== deployed.service) return [{ instance, starts: 0, operations: all }]
    const [ends, starts] = restartOf(replica)
    // A process that ends answers its last scrape when it has finished its work.
    const lastScrape = (Math.ceil(ends * 4) - 1) * 15
    return [
      { instance, starts: 0, ends, operations: all.filter((each) => each.at <= lastScrape) },
      { instance, starts, operations: all.filter((each) => each.at > starts * 60) },
    ]
  }).flat()
  return {
    place,
    kpi,
    pattern: { name: Object.values(place).join(' '), kpi: kpiId, minutes, lives, says: {} },
  }
}
