import { durationSeconds, names } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { z } from 'zod'
import { sample } from '../changes/verify.js'
import { reached } from '../login.js'
import { ask } from '../recorder-client.js'
import { get, getOk, json, optional } from './ask.js'
import { questionsTo } from './ask-series.js'
import type {
  AlertmanagerFacts,
  Facts,
  FiringAlert,
  PrometheusFacts,
  RecorderFacts,
  Silent,
} from './facts.js'
import type { AlertmanagerConfig } from './routing.js'
import { answerOf, type SourceQuestion } from './sources.js'

/** Addresses of the servers, with user and password where a server asks for them. */
export interface Addresses {
  readonly prometheus: string
  readonly alertmanager: string
  readonly recorder: string
}

/**
 * Asks all three servers. One that does not answer does not keep the others.
 * @param questions about the metrics of others that KPIs are made of
 */
export async function collectFacts(
  { prometheus, alertmanager, recorder }: Addresses,
  questions: readonly SourceQuestion[],
): Promise<Facts> {
  const [a, b, c] = await Promise.all([
    orSilent(prometheus, (address) => prometheusFacts(address, questions)),
    orSilent(alertmanager, alertmanagerFacts),
    orSilent(recorder, recorderFacts),
  ])
  return { prometheus: a, alertmanager: b, recorder: c }
}

async function orSilent<Server>(
  address: string,
  facts: (address: string) => Promise<Server>,
): Promise<Server | Silent> {
  try {
    return await facts(address)
  } catch (error) {
    return { url: reached(address).url, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return 'another program answers there'
  const { message, cause } = error as { message?: string; cause?: { message?: string } }
  // The message of fetch is only "fetch failed"; its cause has the reason.
  return (cause?.message ?? message ?? String(error)).replace(/\.$/, '')
}

const texts = z.record(z.string(), z.string())

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      interval: z.number(),
      rules: z.array(
        z.object({
          name: z.string(),
          health: z.string(),
          lastError: z.string().optional(),
          labels: texts.default({}),
          alerts: z.array(z.object({ labels: texts, state: z.string(), activeAt: z.string() })).nullish(),
        }),
      ),
    }),
  ),
})

const targetsSchema = z.object({
  activeTargets: z.array(
    z.object({
      labels: texts,
      scrapeUrl: z.string(),
      health: z.string(),
      lastError: z.string().default(''),
      scrapeInterval: z.string().optional(),
    }),
  ),
})

async function prometheusFacts(
  address: string,
  questions: readonly SourceQuestion[],
): Promise<PrometheusFacts> {
  const rules = await getOk(address, '/api/v1/rules')
  const { groups } = z.object({ data: rulesSchema }).parse(json(rules.text)).data
  const [build, targets, config, alertmanagers] = await Promise.all([
    optional(address, '/api/v1/status/buildinfo', z.object({ version: z.string() })),
    optional(address, '/api/v1/targets?state=active', targetsSchema),
    optional(address, '/api/v1/status/config', z.object({ yaml: z.string() })),
    optional(
      address,
      '/api/v1/alertmanagers',
      z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }),
    ),
  ])
  const all = groups.flatMap((group) => group.rules)
  const { query, lists } = questionsTo(address)
  const sources = await Promise.all(
    questions.map(async (question) => ({ question, answer: await answerOf(question, query, lists) })),
  )
  return {
    sources,
    url: reached(address).url,
    aheadSeconds: rules.ahead,
    version: build?.version || undefined,
    targets: (targets?.activeTargets ?? []).map(
      ({ labels, scrapeUrl, health, lastError, scrapeInterval }) => ({
        job: labels[names.label.job] ?? '',
        address: new URL(scrapeUrl).host,
        isUp: health === 'up',
        error: lastError,
        interval: scrapeInterval === undefined ? undefined : durationSeconds(scrapeInterval),
      }),
    ),
    groups: groups.map(({ name, interval, rules: each }) => ({
      name,
      interval,
      failures: each
        .filter(({ health }) => health === 'err')
        .map(({ name: rule, lastError = '' }) => ({ rule, error: lastError })),
    })),
    ruleHashes: [
      ...new Set(all.flatMap(({ name, labels }) => (name === names.configInfo ? [labels.sha256 ?? ''] : []))),
    ],
    alertmanagers: alertmanagers?.activeAlertmanagers.map(({ url }) => url),
    externalLabels: externalLabels(config?.yaml),
    firing: all.flatMap(({ name, alerts }) =>
      !names.isEpisodeAlert(name)
        ? []
        : (alerts ?? [])
            .filter(({ state }) => state === 'firing')
            .map(({ labels, activeAt }): FiringAlert => ({ labels, since: Date.parse(activeAt) })),
    ),
  }
}

function externalLabels(yaml: string | undefined): Readonly<Record<string, string>> {
  const schema = z.object({ global: z.object({ external_labels: texts.nullish() }).nullish() })
  return (yaml === undefined ? undefined : schema.safeParse(parse(yaml)).data)?.global?.external_labels ?? {}
}

const statusSchema = z.object({
  versionInfo: z.object({ version: z.string() }),
  config: z.object({ original: z.string() }),
})

const activeSchema = z.array(
  z.object({ labels: texts, startsAt: z.string(), status: z.object({ state: z.string() }) }),
)

async function alertmanagerFacts(address: string): Promise<AlertmanagerFacts> {
  const status = await getOk(address, '/api/v2/status')
  const { versionInfo, config } = statusSchema.parse(json(status.text))
  const ours = encodeURIComponent(`alertname=~"${names.alertPattern}"`)
  const alerts = activeSchema.parse(
    json((await getOk(address, `/api/v2/alerts?silenced=false&inhibited=false&filter=${ours}`)).text),
  )
  return {
    url: reached(address).url,
    aheadSeconds: status.ahead,
    version: versionInfo.version || undefined,
    config: parse(config.original) as AlertmanagerConfig,
    active: alerts
      .filter(({ labels, status: { state } }) => state === 'active' && names.isEpisodeAlert(labels.alertname))
      .map(({ labels, startsAt }) => ({ labels, since: Date.parse(startsAt) })),
  }
}

async function recorderFacts(address: string): Promise<RecorderFacts> {
  const ready = await get(address, '/readyz')
  const { problems } = z.object({ problems: z.array(z.string()) }).parse(json(ready.text))
  const { text: metrics } = await getOk(address, '/metrics')
  const timeOf = (name: string) => {
    const seconds = sample(metrics, name)
    return seconds === undefined || seconds === 0 ? undefined : 1_000 * seconds
  }
  const { url } = reached(address)
  const config = await ask(url, 'GET /api/config', { has: 'hash' }).catch(() => undefined)
  return {
    url,
    aheadSeconds: ready.ahead,
    problems,
    startedAt: timeOf(names.processStart),
    lastWebhookAt: timeOf(names.recorderMetric.lastWebhook),
    configHash: config?.hash,
  }
}
