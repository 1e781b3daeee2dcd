import type { Judged } from '@mnemoscope/generate'
import {
  type Evidence,
  evidenceAt,
  evidenceQuery,
  names,
  type RecordedSample,
  thresholdSeverities,
} from '@mnemoscope/kpi'
import { z } from 'zod'
import { askPrometheus } from '../prometheus-client.js'

type Labels = Readonly<Record<string, string>>

/** What is known of a place before its evidence is. */
type JudgedPlace = Pick<CurrentValue, 'labels' | 'value' | 'state' | 'threshold'>

/** An active alert in Prometheus. */
export interface ActiveAlert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: string
  /** As Prometheus writes numbers: `2.5e-01`. */
  readonly value: string
}

/** The value that an alert judges, at a place. */
export interface CurrentValue {
  /** Empty, like the next three, if the alert is not about a model. */
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
  /** All labels of the place. */
  readonly labels: Labels
  readonly value: number
  /** Null if the alert is not active. */
  readonly state: string | null
  /** The threshold there; null if the alert is not active or has none. */
  readonly threshold: number | null
  /** How sure the judge is of the value. Only of the first places, and null where nothing is recorded. */
  readonly evidence: Evidence | null
}

const answerSchema = z.object({
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
  ),
})

/** Which of the values are wanted. */
export interface Wanted {
  /** Level of the alert. */
  readonly severity: string | undefined
  /** Only the place with these labels, as those of an episode. */
  readonly at: Labels | undefined
  readonly operation: string | undefined
}

/** Places of which the evidence is asked for: as many as are shown. */
export const shownPlaces = 8

/**
 * The values that an alert judges now, at every place, the worst first. There are no recording rules for alerts of the
 * pipeline: only the active ones have a value.
 * @param judged what it compares; undefined for alerts of the pipeline
 */
export async function currentValues(
  prometheus: string,
  judged: Judged | undefined,
  active: readonly ActiveAlert[],
  { severity, at, operation }: Wanted,
): Promise<CurrentValue[]> {
  const recorded = judged === undefined ? [] : await askForSamples(prometheus, judged.expression)
  const values = joined(recorded, active).filter(
    (value) =>
      (operation === undefined || value.operation === operation) &&
      (at === undefined || Object.entries(value.labels).every(([name, text]) => at[name] === text)),
  )
  const lowestFirst = judged?.worst === 'lowest'
  values.sort((a, b) => (lowestFirst ? a.value - b.value : b.value - a.value))
  const { evidenceOf: kpi } = judged ?? {}
  const shown = values.slice(0, shownPlaces).map(({ labels }) => labels)
  const level = thresholdSeverities.find((each) => each === severity)
  if (kpi === undefined || level === undefined || shown.length === 0) return values
  const samples = await askForSamples(prometheus, evidenceQuery(kpi, shown))
  return values.map((value, i) => {
    const { labels, threshold } = value
    const evidence = i < shownPlaces ? evidenceAt(kpi, labels, samples, { severity: level, threshold }) : null
    return { ...value, evidence }
  })
}

/** Prefers the recorded value: the value of an alert does not change while `keep_firing_for` holds it. */
function joined(judged: readonly RecordedSample[], active: readonly ActiveAlert[]): CurrentValue[] {
  const byPlace = new Map<string, JudgedPlace>()
  for (const { labels, annotations, value, state } of active) {
    const place = placeOf(labels)
    const threshold = annotations.threshold === undefined ? null : Number(annotations.threshold)
    byPlace.set(keyOf(place), { labels: place, value: Number(value), state, threshold })
  }
  for (const { labels, value } of judged) {
    const place = placeOf(labels)
    const key = keyOf(place)
    const { state = null, threshold = null } = byPlace.get(key) ?? {}
    byPlace.set(key, { labels: place, value, state, threshold })
  }
  const { job, model, contextSize, operation } = names.label
  return [...byPlace.values()].map(({ labels, ...place }) => ({
    service: labels[job] ?? '',
    model: labels[model] ?? '',
    context_size: labels[contextSize] ?? '',
    operation: labels[operation] ?? '',
    labels,
    ...place,
    evidence: null,
  }))
}

/** The labels of a series or an alert that name its place, without those that name the alert. */
function placeOf({ __name__, alertname, ...labels }: Labels): Labels {
  const { [names.label.severity]: _, [names.label.kpi]: __, ...place } = labels
  return place
}

function keyOf(place: Labels): string {
  return JSON.stringify(Object.entries(place).sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function askForSamples(prometheus: string, query: string): Promise<RecordedSample[]> {
  const { result } = answerSchema.parse(await askPrometheus(prometheus, '/api/v1/query', { query }))
  return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }))
}
