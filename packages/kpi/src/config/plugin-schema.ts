import * as z from 'zod'
import type { AlertEvent } from '../alert-event.js'
import type { ReportSection } from '../report-section.js'
import { secretFile } from './notification-schema.js'
import { secret } from './secrets.js'

/** The user's code that gets the events of alerts. If it throws, the event comes again later. */
export type HandlerFunction = (event: AlertEvent, signal: AbortSignal) => void | Promise<void>

const handler = z.union(
  [
    z.custom<HandlerFunction>((given) => typeof given === 'function'),
    z.literal('console'),
    z.strictObject({ webhook: secret('secret', z.url({ protocol: /^https?$/ })) }),
    /** With the address in a file, which the recorder reads for each event. */
    z.strictObject({ webhook: z.strictObject({ urlFile: secretFile }) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  {
    error:
      'expected a function (event) => ..., "console", { webhook: "https://..." }, { webhook: { urlFile: "path" } } or { file: "path" }',
  },
)

/** Handlers of alerts by name. Deliveries are stored by this name, so a renamed handler begins without any. */
export const handlersSchema = z.record(
  z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/, { error: 'expected a name such as "on-call"' }),
  handler,
)

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
