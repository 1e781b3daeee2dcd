import { MnemoscopeError } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { z } from 'zod'
import type { PrometheusClient } from '../prometheus/client.js'

/** What Prometheus says about all alerting rules of one name. Times are Unix ms. */
export interface AlertRule {
  readonly interval: number
  /** Start of the newest evaluation that all of them have completed; 0 before the first. */
  readonly lastEvaluation: number
  /** False while an evaluation fails: then nothing is known of its alerts. */
  readonly isHealthy: boolean
  /** The threshold they all name, undefined where they differ. */
  readonly threshold: number | undefined
}

/** An alert that fires now, with its current texts and value. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly value: number
}

export interface AlertRules {
  readonly rules: ReadonlyMap<string, AlertRule>
  readonly firing: readonly ActiveAlert[]
}

const texts = z.record(z.string(), z.string())
const rulesSchema = z.object({
  groups: z.array(
    z.object({
      interval: z.number(),
      lastEvaluation: z.string(),
      rules: z.array(
        z.object({
          name: z.string(),
          health: z.string(),
          annotations: texts.default({}),
          alerts: z
            .array(z.object({ labels: texts, annotations: texts, state: z.string(), value: z.string() }))
            .nullish(),
        }),
      ),
    }),
  ),
})

/** Every alerting rule and every alert that fires, inhibited and silenced ones too. */
export async function fetchAlertRules(client: PrometheusClient): Promise<AlertRules> {
  const { groups } = rulesSchema.parse(await client.ask('api/v1/rules', { type: 'alert' }))
  const rules = new Map<string, AlertRule>()
  const firing: ActiveAlert[] = []
  for (const group of groups) {
    for (const { name, health, annotations, alerts } of group.rules) {
      const rule: AlertRule = {
        interval: group.interval * 1_000,
        lastEvaluation: Math.max(0, Date.parse(group.lastEvaluation)),
        isHealthy: health === 'ok',
        threshold: thresholdIn(annotations.threshold),
      }
      rules.set(name, together(rules.get(name), rule))
      for (const alert of alerts ?? []) {
        if (alert.state === 'firing') firing.push({ ...alert, value: Number(alert.value) })
      }
    }
  }
  return { rules, firing }
}

/** Annotations of a rule are templates; a threshold without template is a number. */
function thresholdIn(text: string | undefined): number | undefined {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

function together(a: AlertRule | undefined, b: AlertRule): AlertRule {
  if (a === undefined) return b
  return {
    interval: Math.max(a.interval, b.interval),
    lastEvaluation: Math.min(a.lastEvaluation, b.lastEvaluation),
    isHealthy: a.isHealthy && b.isHealthy,
    threshold: a.threshold === b.threshold ? a.threshold : undefined,
  }
}

/** Labels that Prometheus adds to what it sends elsewhere; none where the API (of Thanos, Mimir …) doesn't say. */
export async function fetchExternalLabels(client: PrometheusClient): Promise<Record<string, string>> {
  const answer = await askOptional(client, 'api/v1/status/config')
  const config = z.object({ yaml: z.string() }).safeParse(answer)
  if (!config.success) return {}
  const parsed = z
    .object({ global: z.object({ external_labels: texts.nullish() }).nullish() })
    .safeParse(parse(config.data.yaml))
  return parsed.data?.global?.external_labels ?? {}
}

/** When Prometheus started, Unix ms; undefined where the API doesn't say. */
export async function fetchStartTime(client: PrometheusClient): Promise<number | undefined> {
  const answer = await askOptional(client, 'api/v1/status/runtimeinfo')
  const info = z.object({ startTime: z.string() }).safeParse(answer)
  const time = info.success ? Date.parse(info.data.startTime) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Undefined from an API that has no such endpoint. */
async function askOptional(client: PrometheusClient, path: string): Promise<unknown> {
  try {
    return await client.ask(path, {})
  } catch (error) {
    if (error instanceof MnemoscopeError && error.code === 'PROMETHEUS_QUERY') return undefined
    throw error
  }
}
