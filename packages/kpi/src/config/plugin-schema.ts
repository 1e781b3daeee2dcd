import { z } from 'zod'
import type { ReportSection } from '../report-section.js'
import { handlersSchema } from './handler-schema.js'

/** Makes a section of `mnemoscope report` from the dashboard data. */
export type ReportSectionFunction<Data> = (data: Data) => ReportSection

/** A plugin as the configuration lists it. Its KPIs are validated together with the configuration's own. */
export const pluginSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, { error: 'expected a name such as "recall"' }),
  kpis: z.record(z.string(), z.unknown()).default({}),
  handlers: handlersSchema.default({}),
  reportSections: z
    .array(
      z.custom<ReportSectionFunction<never>>((given) => typeof given === 'function', {
        error: 'expected a function (data) => ({ title, rows })',
      }),
    )
    .default([]),
})
