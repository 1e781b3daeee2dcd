import { type BuiltInKpiId, catalog } from '../catalog/index.js'
import { durationSeconds } from '../duration.js'
import type { Kpi, KpiDeclaration } from '../kpi.js'
import { pipelineJob } from '../names.js'
import { ConfigError, type ConfigIssue, issuesOf, unknownKey } from './issues.js'
import { metricIssues } from './name-issues.js'
import { notificationIssues } from './notification-issues.js'
import { pluginIssues, withPluginHandlers, withPluginKpis } from './plugins.js'
import { kpiIssues, resolveKpi } from './resolve-kpi.js'
import {
  type BuiltInKpiInput,
  builtInKpiSchema,
  type CustomKpiInput,
  customKpiSchema,
  kpiIdPattern,
  type Settings,
  type SettingsInput,
  settingsSchema,
} from './schema.js'

/** KPIs as a configuration declares them: changes to built-in ones, and whole declarations of its own. */
export type KpisInput = { readonly [Id in BuiltInKpiId]?: BuiltInKpiInput } & {
  readonly [id: string]: BuiltInKpiInput | CustomKpiInput
}

/** What a configuration file says; everything left out has a default. */
export interface ConfigInput extends SettingsInput {
  readonly kpis?: KpisInput
}

/** A valid configuration, every default filled in. `Declared` keeps the type of what was written, for typed KPIs. */
export interface Config<Declared = unknown> extends Settings {
  readonly kpis: Readonly<Record<BuiltInKpiId, Kpi>> & Readonly<Record<string, Kpi>>
  /** The configuration as it was written, before defaults. */
  readonly declared: Declared
}

/**
 * Validates a configuration and fills in its defaults.
 * @throws ConfigError with every path, value and expectation, where it is not valid
 */
export function defineConfig<const Declared extends ConfigInput = ConfigInput>(
  declared: Declared = {} as Declared,
): Config<Declared> {
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    throw new ConfigError([{ path: '', value: declared, expected: 'an object: defineConfig({ ... })' }])
  }
  const { kpis: kpisDeclared = {}, ...settingsDeclared } = declared as ConfigInput
  const issues: ConfigIssue[] = []

  const settings = settingsSchema.safeParse(settingsDeclared)
  if (!settings.success) {
    issues.push(...issuesOf(settings.error, settingsSchema, settingsDeclared).map(withKpisKey))
  } else {
    issues.push(...settingIssues(settings.data), ...pluginIssues(settings.data.plugins))
  }

  const kpis = declareKpis(withPluginKpis(settings.data?.plugins ?? [], kpisDeclared), issues)
  if (settings.success) issues.push(...notificationIssues(settings.data, Object.keys(kpis)))
  for (const kpi of Object.values(kpis)) {
    issues.push(...kpiIssues(kpi, `kpis.${kpi.id}`, settings.data?.contextSizes))
  }
  issues.push(...metricIssues(Object.values(kpis)))
  if (issues.length > 0 || !settings.success) throw new ConfigError(issues)
  return {
    ...settings.data,
    handlers: withPluginHandlers(settings.data),
    kpis: kpis as Config['kpis'],
    declared,
  }
}

function declareKpis(input: unknown, issues: ConfigIssue[]): Record<string, Kpi> {
  const kpis: Record<string, Kpi> = {}
  for (const [id, declaration] of Object.entries(catalog)) kpis[id] = resolveKpi(id, declaration)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    issues.push({ path: 'kpis', value: input, expected: 'an object with KPI ids as keys' })
    return kpis
  }
  for (const [id, declaration] of Object.entries(input)) {
    if (declaration === undefined) continue
    const builtIn: KpiDeclaration | undefined = Object.hasOwn(catalog, id)
      ? catalog[id as BuiltInKpiId]
      : undefined
    const schema = builtIn === undefined ? customKpiSchema : builtInKpiSchema
    const parsed = schema.safeParse(declaration)
    if (!kpiIdPattern.test(id)) {
      issues.push({ path: `kpis.${id}`, value: id, expected: 'a snake_case id such as "recall_at_5"' })
    } else if (reservedIds.includes(id)) {
      issues.push({
        path: `kpis.${id}`,
        value: id,
        expected: 'another id: every handle has a member of this name',
      })
    } else if (builtIn === undefined && looksMistyped(declaration)) {
      issues.push(unknownKey(['kpis', id], declaration, Object.keys(catalog)))
    } else if (!parsed.success) {
      issues.push(...issuesOf(parsed.error, schema, declaration, ['kpis', id]))
    } else {
      const given = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined))
      kpis[id] = resolveKpi(id, mergeKpi(builtIn, given))
    }
  }
  return kpis
}

/** Members of a handle, which has a property for each KPI; the last one every object has. */
const reservedIds: readonly string[] = ['operation', 'time', 'constructor']

/** Thresholds merge level by level, everything else is replaced. */
function mergeKpi(base: KpiDeclaration | undefined, given: Partial<Kpi>): KpiDeclaration {
  return {
    ...base,
    ...given,
    thresholds: { ...base?.thresholds, ...given.thresholds },
  } as KpiDeclaration
}

/** A custom KPI without any of what makes one is a built-in one's name mistyped. */
function looksMistyped(declaration: unknown): boolean {
  return (
    typeof declaration === 'object' &&
    declaration !== null &&
    !['title', 'description', 'unit', 'instrument', 'statistic', 'direction'].some(
      (key) => key in declaration,
    )
  )
}

/** `kpis` is read apart from the settings, so a mistyped `kpi` must be told of it too. */
function withKpisKey(issue: ConfigIssue): ConfigIssue {
  return !issue.path.includes('.') && /^kpis?$/i.test(issue.path)
    ? { ...issue, expected: 'no such key; did you mean "kpis"?' }
    : issue
}

/** Rules read what they said before, which Prometheus shows for 5 minutes: hysteresis would be lost. */
const longestCheckSeconds = 240

function settingIssues(settings: Settings): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const scrape = durationSeconds(settings.scrapeInterval)
  if (durationSeconds(settings.alertCheckInterval) < scrape) {
    issues.push({
      path: 'alertCheckInterval',
      value: settings.alertCheckInterval,
      expected: `at least scrapeInterval (${settings.scrapeInterval}): between two scrapes nothing changes`,
    })
  }
  if (durationSeconds(settings.alertCheckInterval) > longestCheckSeconds) {
    issues.push({
      path: 'alertCheckInterval',
      value: settings.alertCheckInterval,
      expected: 'at most 4m: Prometheus forgets values after 5 minutes, that an alert fires too',
    })
  }
  const names = settings.services.map(({ name }) => name)
  const reserved = names.find((name) => Object.values<string>(pipelineJob).includes(name))
  if (reserved !== undefined) {
    issues.push({
      path: 'services',
      value: reserved,
      expected: 'another name: the pipeline scrapes a part of its own under this one',
    })
  }
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) {
    issues.push({
      path: 'services',
      value: twice,
      expected: 'each service name once; list its targets together',
    })
  }
  return issues
}
