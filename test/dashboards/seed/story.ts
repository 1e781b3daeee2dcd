import { type Config, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { customKpis } from '../../harness/custom-kpis.js'

/** The configuration that the seeded story is told for: built-in KPIs, and a custom one of each instrument. */
export const config: Config = defineConfig({
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
  kpis: {
    latency: { overrides: [{ contextSize: 131_072, thresholds: { warning: 8 } }] },
    ...customKpis,
  },
})

export interface Place {
  readonly service: string
  readonly model: string
  readonly contextSize: string
  readonly operation: string
}

/** One of them has a name that patterns and quotes have to survive, and a metric without operations. */
export const places: readonly Place[] = [
  { service: 'demo', model: 'gpt-4o', contextSize: '131072', operation: 'search' },
  { service: 'demo', model: 'mixtral-8x7b', contextSize: '32768', operation: 'generate' },
  { service: 'memory-api', model: "it's \\ model.* (1|2)", contextSize: '8192', operation: '' },
]

/** The last whole minute: everything is seeded up to here, and looked at from here. */
export const end = new Date(Math.floor(Date.now() / 60_000) * 60_000)

export const minute = 60_000
/** The story lasts three hours; half an hour before its end the second place's KPIs change. */
export const start = new Date(end.getTime() - 180 * minute)
export const changedAt = new Date(end.getTime() - 30 * minute)
/** The one instant of which nothing is known. */
export const gapAt = new Date(end.getTime() - 60 * minute)

/** Value of a KPI at a place: one for each KPI and place, and another one at the second place after the change. */
export function kpiValue(kpi: Kpi, place: number, at: Date): number {
  const changed = place === 1 && at.getTime() > changedAt.getTime()
  if (kpi.id === 'f1_score') return changed ? 0.65 : ([0.9, 0.85, 0.8][place] ?? 0)
  if (kpi.unit === '1') return (60 + 10 * place + (changed ? 5 : 0)) / 100
  if (kpi.unit === 's') return 1 + place + (changed ? 20 : 0)
  if (kpi.unit === 'By') return (100 + place + (changed ? 50 : 0)) * 1_048_576
  return 1_000 * (1 + place) + (changed ? 500 : 0)
}

/** The mean of the operations behind a value: such as the p95 of latency, which is more. */
export function meanBehind(value: number): number {
  return 0.8 * value
}

/** An alert episode of the story; minutes are counted back from the end. */
export interface Episode {
  readonly kpi: string | undefined
  readonly alertname: string
  readonly severity: 'info' | 'warning' | 'error' | 'critical'
  readonly place: number | undefined
  readonly began: number
  readonly ended: number | undefined
  readonly closedHow?: 'resolved' | 'reconciled' | 'superseded'
  readonly value: number
  readonly peak: number
  readonly threshold: number
}

const f1 = { kpi: 'f1_score', place: 1, value: 0.65, peak: 0.64 } as const
const latency = {
  kpi: 'latency',
  alertname: 'MnemoscopeLatencyWarning',
  severity: 'warning',
  place: 0,
  threshold: 5,
} as const

export const episodes: readonly Episode[] = [
  {
    ...f1,
    alertname: 'MnemoscopeF1ScoreWarning',
    severity: 'warning',
    began: 29,
    ended: undefined,
    threshold: 0.8,
  },
  {
    ...f1,
    alertname: 'MnemoscopeF1ScoreError',
    severity: 'error',
    began: 29,
    ended: undefined,
    threshold: 0.75,
  },
  {
    ...f1,
    alertname: 'MnemoscopeF1ScoreCritical',
    severity: 'critical',
    began: 28,
    ended: undefined,
    threshold: 0.7,
  },
  { ...latency, began: 120, ended: 110, closedHow: 'resolved', value: 6, peak: 7 },
  { ...latency, began: 100, ended: 80, closedHow: 'reconciled', value: 5.5, peak: 9 },
  { ...latency, began: 70, ended: 10, closedHow: 'superseded', value: 5.2, peak: 5.3 },
  {
    kpi: undefined,
    alertname: 'MnemoscopeRecorderBehind',
    severity: 'error',
    place: undefined,
    began: 90,
    ended: 60,
    closedHow: 'resolved',
    value: 200,
    peak: 400,
    threshold: 180,
  },
]

/** The story's deployment, after a first version that was there from its start. */
export const deployment = {
  at: new Date(end.getTime() - 33 * minute),
  service: places[0]?.service ?? '',
  version: '1.4.2',
  previous: '1.4.1',
} as const

/** The story's change of the configuration, after a first one that was there from its start. */
export const configChange = {
  at: new Date(end.getTime() - 31 * minute),
  by: "o'brien",
  summary: 'Latency: warning threshold 8 s → 5 s',
  differences: [{ path: 'kpis.latency.thresholds.warning', before: 8, after: 5 }],
} as const
