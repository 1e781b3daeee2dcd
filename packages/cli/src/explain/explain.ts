import { type AlertOrigin, originOfAlert } from '@mnemoscope/generate'
import { MnemoscopeError, names } from '@mnemoscope/kpi'
import type { AlertEpisode, AnswerOf } from '@mnemoscope/recorder'
import { z } from 'zod'
import { askPrometheus } from '../prometheus-client.js'
import { ask } from '../recorder-client.js'
import { type ActiveAlert, type CurrentValue, currentValues } from './current.js'
import { originOf, pathText } from './origin.js'

/** A rule of an alert, and where its threshold comes from. */
export interface ExplainedRule {
  readonly expression: string
  readonly for_seconds: number
  readonly threshold: string | null
  /** Settings that decide when it fires, each with where it is set. */
  readonly from: readonly { readonly path: string; readonly origin: string }[]
  readonly health: string
  readonly runbook: string | null
}

export interface Explanation {
  readonly alert: string
  /** Null for alerts of the pipeline about itself. */
  readonly kpi: string | null
  readonly severity: string | null
  readonly rules: readonly ExplainedRule[]
  /** Unit of the current values; null where they are numbers of anything. */
  readonly unit: string | null
  /** At every place, the worst first; of an episode only its own. */
  readonly current: readonly CurrentValue[]
  /** The episode asked for, else the newest ones, newest first. */
  readonly episodes: readonly AnswerOf<'GET /api/episodes/{id}'>[]
}

export interface ExplainOptions {
  /** Name of an alert, or id of an episode. */
  readonly alert: string
  readonly recorder: string
  readonly prometheus: string
  /** What the configuration file says by itself. */
  readonly declared: unknown
  readonly configPath: string
}

const newestEpisodes = 3

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          name: z.string(),
          query: z.string(),
          duration: z.number().default(0),
          labels: z.record(z.string(), z.string()).default({}),
          annotations: z.record(z.string(), z.string()).default({}),
          health: z.string(),
          alerts: z
            .array(
              z.object({
                labels: z.record(z.string(), z.string()),
                state: z.string(),
                value: z.string(),
              }),
            )
            .default([]),
        }),
      ),
    }),
  ),
})
type Rule = z.output<typeof rulesSchema>['groups'][number]['rules'][number]

/**
 * Everything there is to know of an alert: its rules and where their thresholds are set, the values they judge now,
 * and what happened lately.
 * @throws MnemoscopeError USAGE where nothing has this name or id
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { alert: asked, recorder, prometheus, declared, configPath } = options
  const episodes = await episodesOf(recorder, asked)
  const episode = isId(asked) ? episodes[0] : undefined
  const name = episode?.metadata.alertname ?? asked
  const data = await askPrometheus(prometheus, '/api/v1/rules', { type: 'alert' })
  const rules = rulesSchema.parse(data).groups.flatMap((group) => group.rules)
  const own = rulesOf(rules, name, episode)
  if (own.length === 0 && episodes.length === 0) throw unknown(asked, rules)
  const { config, patch } = await ask(recorder, 'GET /api/config', { has: 'config' })
  const labels = own[0]?.labels ?? episodes[0]?.metadata.labels ?? {}
  const [kpiId, severity] = [labels[names.label.kpi], labels[names.label.severity]]
  const origin = originOfAlert(config, name)
  const active: ActiveAlert[] = own.flatMap(({ alerts }) => alerts)
  const origins = { patch, declared, configPath }
  return {
    alert: name,
    kpi: kpiId ?? null,
    severity: severity ?? null,
    rules: own.map((rule) => explained(rule, origin, origins)),
    unit: origin?.judged?.unit ?? null,
    current: await currentValues(prometheus, origin?.judged, active, episode?.metadata.labels),
    episodes,
  }
}

function explained(
  { query, duration, annotations, health }: Rule,
  alert: AlertOrigin | undefined,
  { patch, declared, configPath }: { patch: unknown; declared: unknown; configPath: string },
): ExplainedRule {
  const { threshold, runbook_url: runbook } = annotations
  const described = { patch: 'PUT /api/config', file: configPath, default: 'the default' }
  const paths = alert?.settings(threshold) ?? []
  return {
    expression: query,
    for_seconds: duration,
    threshold: threshold ?? null,
    from: paths.map((path) => ({
      path: pathText(path),
      origin: described[originOf(path, patch, declared)],
    })),
    health,
    runbook: runbook ?? null,
  }
}

/** The rules of an alert; of an episode that with its threshold, unless none has it any more. */
function rulesOf(rules: readonly Rule[], name: string, episode: AlertEpisode | undefined): readonly Rule[] {
  const named = rules.filter((rule) => rule.name === name)
  const same = named.filter(({ annotations }) => Number(annotations.threshold) === episode?.threshold)
  return same.length > 0 ? same : named
}

/** The episode with an id, or the newest ones of an alert. */
async function episodesOf(recorder: string, asked: string): Promise<Explanation['episodes']> {
  if (isId(asked)) {
    const episode = await detailOf(recorder, asked).catch((error: unknown) => {
      if (error instanceof MnemoscopeError && error.code === 'USAGE') return undefined
      throw error
    })
    if (episode !== undefined) return [episode]
  }
  const { episodes } = await ask(recorder, 'GET /api/episodes', {
    has: 'episodes',
    query: { hours: 87_600, alertname: asked, limit: newestEpisodes },
  })
  return Promise.all(episodes.map(({ id }) => detailOf(recorder, String(id))))
}

function detailOf(recorder: string, id: string): Promise<AnswerOf<'GET /api/episodes/{id}'>> {
  return ask(recorder, 'GET /api/episodes/{id}', { has: 'transitions', params: { id } })
}

function isId(asked: string): boolean {
  return /^\d+$/.test(asked)
}

function unknown(asked: string, rules: readonly Rule[]): MnemoscopeError {
  const known = [...new Set(rules.map(({ name }) => name))].sort()
  return new MnemoscopeError('USAGE', `no alert or episode is called ${JSON.stringify(asked)}`, {
    value: asked,
    expected: 'the name of an alert or the id of an episode',
    next: `These alerts are known: ${known.join(', ')}.`,
  })
}
