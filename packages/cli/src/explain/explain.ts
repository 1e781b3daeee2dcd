import { type AlertOrigin, originOfAlert, type SettingPath } from '@mnemoscope/generate'
import { MnemoscopeError, names } from '@mnemoscope/kpi'
import type { AlertEpisode, AnswerOf } from '@mnemoscope/recorder'
import { z } from 'zod'
import { askPrometheus } from '../prometheus-client.js'
import { ask } from '../recorder-client.js'
import { type ActiveAlert, type CurrentValue, currentValues } from './current.js'

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
  /** Null for alerts about the pipeline itself. */
  readonly kpi: string | null
  readonly severity: string | null
  readonly rules: readonly ExplainedRule[]
  /** Unit of the current values; null for plain numbers. */
  readonly unit: string | null
  /** At every place, the worst first; for an episode, only at its place. */
  readonly current: readonly CurrentValue[]
  /** The requested episode, or else the newest ones, newest first. */
  readonly episodes: readonly AnswerOf<'GET /api/episodes/{id}'>[]
  /** The operations behind the first of them; null without episodes. */
  readonly behind: AnswerOf<'GET /api/episodes/{id}/operations'> | null
  /** How sure the judge was of it when it began, and is; null without episodes. */
  readonly evidence: AnswerOf<'GET /api/episodes/{id}/evidence'> | null
  /** Who is and was notified of the first of them; null without episodes. */
  readonly notified: AnswerOf<'GET /api/episodes/{id}/notifications'> | null
}

export interface ExplainOptions {
  /** Name of an alert, or id of an episode. */
  readonly alert: string
  /** Only values and episodes of this operation. */
  readonly operation?: string | undefined
  readonly recorder: string
  readonly prometheus: string
  /** The settings in the configuration file. */
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
                annotations: z.record(z.string(), z.string()).default({}),
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
 * Explains an alert: its rules and where their thresholds are set, the values they judge now, and the newest episodes.
 * @throws MnemoscopeError USAGE if nothing has this name or id
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { alert: asked, operation, recorder, prometheus, declared, configPath } = options
  const episodes = await episodesOf(recorder, asked, operation)
  const episode = isId(asked) ? episodes[0] : undefined
  const name = episode?.metadata.alertname ?? asked
  const ruleset = rulesOf(await askForRules(prometheus, { 'rule_name[]': name }), name, episode)
  if (ruleset.length === 0 && episodes.length === 0) {
    const rules = await askForRules(prometheus, {})
    throw unknownAlert(
      asked,
      rules.map((rule) => rule.name),
    )
  }
  const { config, patch } = await ask(recorder, 'GET /api/config', { has: 'config' })
  const labels = ruleset[0]?.labels ?? episodes[0]?.metadata.labels ?? {}
  const [kpiId, severity] = [labels[names.label.kpi], labels[names.label.severity]]
  const origin = originOfAlert(config, name)
  const active: ActiveAlert[] = ruleset.flatMap(({ alerts }) => alerts)
  const origins = { patch, declared, configPath }
  const current = await currentValues(prometheus, origin?.judged, active, {
    severity,
    at: episode?.metadata.labels,
    operation,
  })
  const newest = episodes[0]
  const params = { id: String(newest?.id) }
  const [behind, evidence, notified] = await Promise.all([
    newest === undefined
      ? null
      : ask(recorder, 'GET /api/episodes/{id}/operations', { has: 'worst', params }),
    newest === undefined ? null : ask(recorder, 'GET /api/episodes/{id}/evidence', { has: 'began', params }),
    newest === undefined
      ? null
      : ask(recorder, 'GET /api/episodes/{id}/notifications', { has: 'receivers', params }),
  ])
  return {
    alert: name,
    kpi: kpiId ?? null,
    severity: severity ?? null,
    rules: ruleset.map((rule) => explained(rule, origin, origins)),
    unit: origin?.judged?.unit ?? null,
    current,
    episodes,
    behind,
    evidence,
    notified,
  }
}

/** Alerting rules; a Prometheus before 2.47 ignores the names, and gives all. */
async function askForRules(
  prometheus: string,
  only: Readonly<Record<string, string>>,
): Promise<readonly Rule[]> {
  const data = await askPrometheus(prometheus, '/api/v1/rules', { type: 'alert', ...only })
  return rulesSchema.parse(data).groups.flatMap((group) => group.rules)
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

/** The rules of an alert; for an episode the rule with its threshold, if there still is one. */
function rulesOf(rules: readonly Rule[], name: string, episode: AlertEpisode | undefined): readonly Rule[] {
  const named = rules.filter((rule) => rule.name === name)
  const same = named.filter(({ annotations }) => Number(annotations.threshold) === episode?.threshold)
  return same.length > 0 ? same : named
}

/** The episode with an id, or the newest ones of an alert. */
async function episodesOf(
  recorder: string,
  asked: string,
  operation: string | undefined,
): Promise<Explanation['episodes']> {
  if (isId(asked)) {
    const episode = await detailOf(recorder, asked).catch((error: unknown) => {
      if (error instanceof MnemoscopeError && error.code === 'USAGE') return undefined
      throw error
    })
    if (episode !== undefined) return [episode]
  }
  const { episodes } = await ask(recorder, 'GET /api/episodes', {
    has: 'episodes',
    query: { hours: 87_600, alertname: asked, operation, limit: newestEpisodes },
  })
  return Promise.all(episodes.map(({ id }) => detailOf(recorder, String(id))))
}

function detailOf(recorder: string, id: string): Promise<AnswerOf<'GET /api/episodes/{id}'>> {
  return ask(recorder, 'GET /api/episodes/{id}', { has: 'transitions', params: { id } })
}

function isId(asked: string): boolean {
  return /^\d+$/.test(asked)
}

/**
 * Refuses a name that no rule and no episode has.
 * @param names alerts that Prometheus has rules for, several times where they have several
 */
export function unknownAlert(asked: string, names: readonly string[]): MnemoscopeError {
  const known = [...new Set(names)].sort()
  const detail = { value: asked, expected: 'the name of an alert or the id of an episode' }
  if (isId(asked)) {
    return new MnemoscopeError('USAGE', `there is no episode ${asked}`, {
      ...detail,
      next: 'List the newest: `npx mnemoscope sql "SELECT id, level, message FROM alerts ORDER BY id DESC LIMIT 10"`.',
    })
  }
  const what = `there is no alert or episode ${JSON.stringify(asked)}`
  if (known.length === 0) {
    return new MnemoscopeError('USAGE', `${what}, and Prometheus has no alerts`, {
      ...detail,
      next: 'Check that --prometheus-url is the Prometheus that evaluates the rules of this pipeline.',
    })
  }
  return new MnemoscopeError('USAGE', [`${what}. Prometheus has these alerts:`, ...known].join('\n  '), {
    ...detail,
    next: 'Name one of them, or the id of an episode.',
  })
}

/** Where a setting gets its value from. */
export type Origin = 'patch' | 'file' | 'default'

/** Where the setting at a path gets its value from: first the patch, then the file, then the default. */
export function originOf(path: SettingPath, patch: unknown, declared: unknown): Origin {
  if (valueAt(patch, path) !== undefined) return 'patch'
  return valueAt(declared, path) === undefined ? 'default' : 'file'
}

/** A path as text: `kpis.f1_score.overrides[0].thresholds.warning`. */
export function pathText(path: SettingPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('')
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
