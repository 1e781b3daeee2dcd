/** Rows of a made-up history that the questions of `docs/sql.md` are asked about. Every run makes the same. */

/** The instant that `now()` stands for: a Monday. */
export const now = Date.parse('2026-03-16T10:20:00Z')
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export interface Place {
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
}

export interface Snapshot extends Place {
  readonly at: number
  readonly kpi: string
  readonly value: number | null
  readonly samples: number | null
  readonly mean: number | null
}

export interface Alert extends Omit<Place, 'context_size'> {
  readonly id: number
  readonly alertname: string
  readonly level: string
  readonly at: number
  readonly ends: number | null
  readonly acknowledged: number | null
  readonly rating: 'useful' | 'noise' | null
}

const places: readonly Place[] = [
  { service: 'memory', model: 'a', context_size: '8192', operation: 'search' },
  { service: 'memory', model: 'a', context_size: '131072', operation: 'search' },
  { service: 'memory', model: 'a', context_size: '+Inf', operation: 'generate' },
  { service: 'memory', model: 'b', context_size: '8192', operation: 'search' },
  { service: 'api', model: 'a', context_size: '8192', operation: 'search' },
]

/** When the F1 score of model `b` fell for good: the start of an hour. */
export const fell = Date.parse('2026-03-13T06:00:00Z')

/** The release before it, and one of the other service. */
export const releases = [
  { at: fell - 10 * minute, service: 'memory', version: '1.4.1', previous: '1.4.0', source: 'observed' },
  { at: now - 5 * hour, service: 'api', version: '2.0.0', previous: null, source: 'api' },
  // Not a release: a service that was seen for the first time.
  { at: now - 6 * day, service: 'api', version: '1.9.0', previous: null, source: 'observed' },
] as const

const random = randomFrom(20_260_316)

/** Every half hour of this week and every six hours of the one before, with idle places and unknown values in between. */
export const snapshots: readonly Snapshot[] = instants().flatMap((at) => [
  ...places.flatMap((place) => snapshotsOf(place, at)),
  ...['memory', 'api'].map((service) => ({
    at,
    ...{ service, model: 'a', context_size: '8192', operation: '', kpi: 'memory_usage' },
    value: (service === 'memory' ? 2e8 + (at - now) / 100 : 1e8) + Math.round(random() * 1e6),
    samples: null,
    mean: null,
  })),
])

function instants(): number[] {
  const first = now - 15 * day - 10 * minute
  const all = Array.from({ length: 15 * 48 }, (_, i) => first + (i + 1) * 30 * minute)
  return all.filter((at, i) => at > now - 7.5 * day || i % 12 === 0)
}

function snapshotsOf(place: Place, at: number): Snapshot[] {
  const samples = random() < 0.05 ? null : Math.ceil(random() * 60)
  const [f1, seconds, tokens] = [random(), random(), random()]
  const level = place.model === 'b' && at >= fell ? 0.6 : 0.85
  const long = place.context_size === '8192' ? 0 : place.context_size === '+Inf' ? 0.1 : 0.05
  const slow = new Date(at).getUTCHours() === 14 ? 2 : 0
  return [
    { kpi: 'f1_score', mean: level - long + (f1 - 0.5) * 0.02 },
    { kpi: 'latency', mean: 0.5 + seconds + slow },
    { kpi: 'token_usage', mean: Math.round(2_000 + tokens * 1_000) },
  ].map(({ kpi, mean }) => ({
    ...{ at, ...place, kpi, samples },
    mean: samples === null ? null : mean,
    // A statistic such as p95; unknown after few operations.
    value: samples === null || samples < 3 ? null : kpi === 'latency' ? mean * 1.5 : mean,
  }))
}

const at = (text: string) => Date.parse(`2026-03-${text}Z`)
const memoryB = { service: 'memory', model: 'b', operation: 'search' }
const memoryA = { service: 'memory', model: 'a', operation: 'generate' }
const api = { service: 'api', model: 'a', operation: 'search' }
const f1 = (level: string) => ({ alertname: `MnemoscopeF1Score${level}`, level: level.toLowerCase() })
const slow = { alertname: 'MnemoscopeLatencyWarning', level: 'warning' }

/** By the id of the alert. */
const ratings: Readonly<Record<number, 'useful' | 'noise'>> = {
  2: 'useful',
  6: 'noise',
  7: 'noise',
  8: 'useful',
}

export const alerts: readonly Alert[] = [
  { ...memoryB, ...f1('Warning'), at: at('13T06:12:00'), ends: null, acknowledged: null },
  { ...memoryB, ...f1('Critical'), at: at('13T06:15:00'), ends: null, acknowledged: at('13T07:00:00') },
  { ...memoryA, ...f1('Critical'), at: at('08T09:00:00'), ends: at('09T12:00:00'), acknowledged: null },
  { ...memoryA, ...f1('Critical'), at: at('14T09:00:00'), ends: at('14T11:00:00'), acknowledged: null },
  // Overlaps the one before it.
  {
    ...memoryB,
    model: 'a',
    ...f1('Critical'),
    at: at('14T10:00:00'),
    ends: at('14T12:30:00'),
    acknowledged: at('14T10:02:00'),
  },
  { ...api, ...slow, at: at('15T01:00:00'), ends: at('15T01:03:00'), acknowledged: null },
  { ...api, ...slow, at: at('15T02:00:00'), ends: at('15T02:04:00'), acknowledged: null },
  { ...api, ...slow, at: at('15T03:00:00'), ends: at('15T03:40:00'), acknowledged: at('15T03:05:00') },
  // Part of the one before it.
  { ...api, ...slow, at: at('15T03:10:00'), ends: at('15T03:10:00'), acknowledged: null },
  { ...api, ...slow, at: at('16T06:00:00'), ends: at('16T06:20:00'), acknowledged: null },
].map((alert, i) => ({ ...alert, id: i + 1, rating: ratings[i + 1] ?? null }))

export const configChanges = [{ at: at('14T08:30:00'), by: 'ada', what: 'F1 score: critical 0.6 → 0.7' }]

/** Instants that are gaps, by their reason. */
export const gaps = [
  { from: at('12T03:00:00'), instants: 4, gap: 'prometheus_unreachable' },
  { from: at('12T05:00:00'), instants: 2, gap: 'prometheus_unreachable' },
  { from: at('12T06:00:00'), instants: 3, gap: 'prometheus_has_no_data' },
] as const

export const measurements = Array.from({ length: 40 }, (_, i) => ({
  at: now - i * 5 * hour,
  ...(places[i % places.length] as Place),
  value: Math.round(random() * 1e6) / 1e6,
  trace: i.toString(16).padStart(32, '0'),
}))

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
