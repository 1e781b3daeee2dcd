import type { Judged } from '@mnemoscope/generate'
import { names } from '@mnemoscope/kpi'
import { z } from 'zod'
import { askPrometheus } from '../prometheus-client.js'

type Labels = Readonly<Record<string, string>>

/** An active alert in Prometheus. */
export interface ActiveAlert {
  readonly labels: Labels
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
}

const answerSchema = z.object({
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
  ),
})

/**
 * The values that an alert judges now, at every place, the worst first. There are no recording rules for alerts of the
 * pipeline: only the active ones have a value.
 * @param judged what it compares; undefined for alerts of the pipeline
 * @param at only the place with these labels, as those of an episode
 */
export async function currentValues(
  prometheus: string,
  judged: Judged | undefined,
  active: readonly ActiveAlert[],
  at: Labels | undefined,
): Promise<CurrentValue[]> {
  const recorded = judged === undefined ? [] : await askForValues(prometheus, judged.expression)
  const values = joined(recorded, active).filter(
    ({ labels }) => at === undefined || Object.entries(labels).every(([name, value]) => at[name] === value),
  )
  const lowestFirst = judged?.worst === 'lowest'
  return values.sort((a, b) => (lowestFirst ? a.value - b.value : b.value - a.value))
}

/** Prefers the recorded value: the value of an alert does not change while `keep_firing_for` holds it. */
function joined(
  judged: readonly { readonly labels: Labels; readonly value: number }[],
  active: readonly ActiveAlert[],
): CurrentValue[] {
  const byPlace = new Map<string, { labels: Labels; value: number; state: string | null }>()
  for (const { labels, value, state } of active) {
    const place = placeOf(labels)
    byPlace.set(keyOf(place), { labels: place, value: Number(value), state })
  }
  for (const { labels, value } of judged) {
    const place = placeOf(labels)
    const key = keyOf(place)
    byPlace.set(key, { labels: place, value, state: byPlace.get(key)?.state ?? null })
  }
  const { job, model, contextSize, operation } = names.label
  return [...byPlace.values()].map(({ labels, value, state }) => ({
    service: labels[job] ?? '',
    model: labels[model] ?? '',
    context_size: labels[contextSize] ?? '',
    operation: labels[operation] ?? '',
    labels,
    value,
    state,
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

async function askForValues(prometheus: string, query: string) {
  const { result } = answerSchema.parse(await askPrometheus(prometheus, '/api/v1/query', { query }))
  return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }))
}
