import type { HandlerFunction, ReportSectionFunction } from './config/plugin-schema.js'
import type { BuiltInKpiInput, CustomKpiInput, HandlerInput } from './config/schema.js'

/** What a plugin adds to the pipeline; anything may be left out but the name. */
export interface Plugin<Data = never> {
  /** Lower case; each plugin's its own. */
  readonly name: string
  /** KPIs, in the shape of `kpis` in the configuration, which may change them like built-in ones. */
  readonly kpis?: Readonly<Record<string, BuiltInKpiInput | CustomKpiInput>>
  /** Handlers of alerts, in the shape of `handlers`; each is called `<plugin>.<handler>` in the database and in logs. */
  readonly handlers?: Readonly<Record<string, HandlerFunction | HandlerInput>>
  /** Sections that `mnemoscope report` adds after its own: functions of the `DashboardData` of `@mnemoscope/recorder`. */
  readonly reportSections?: readonly ReportSectionFunction<Data>[]
}

/**
 * A plugin for `plugins` of the configuration, type-checked as it is written. It is validated where `defineConfig`
 * takes it up.
 */
export function definePlugin<Data = never>(plugin: Plugin<Data>): Plugin<Data> {
  return plugin
}
