import type { BuiltInKpiId } from '../catalog/index.js'
import type { Kpi } from '../kpi.js'
import { ConfigError, type ConfigIssue, hiddenValue, issuesOf } from './issues.js'
import { clockIssues, kpiIssues, metricIssues } from './kpi-issues.js'
import { declareKpis } from './kpis.js'
import { pluginIssues, withPluginHandlers, withPluginKpis } from './plugins.js'
import {
  type BuiltInKpiInput,
  type CustomKpiInput,
  type Settings,
  type SettingsInput,
  settingsSchema,
} from './schema.js'
import { notificationIssues, settingIssues } from './setting-issues.js'

/** KPIs as a configuration declares them: changes to built-in ones, and full declarations of custom ones. */
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
    throw new ConfigError([
      { path: '', value: hiddenValue(declared), expected: 'an object: defineConfig({ ... })' },
    ])
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
    if (settings.success) issues.push(...clockIssues(kpi, `kpis.${kpi.id}`, settings.data))
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

/** `kpis` is read apart from the settings, so the message for a mistyped `kpi` must suggest it. */
function withKpisKey(issue: ConfigIssue): ConfigIssue {
  return !issue.path.includes('.') && /^kpis?$/i.test(issue.path)
    ? { ...issue, expected: 'no such key; did you mean "kpis"?' }
    : issue
}
