import { z } from 'zod'
import type { AlertEvent } from '../alert-event.js'

/** Code of the user's own that is told of alerts. Throwing means: try again later. */
export type HandlerFunction = (event: AlertEvent, signal: AbortSignal) => void | Promise<void>

const handler = z.union(
  [
    z.custom<HandlerFunction>((given) => typeof given === 'function'),
    z.literal('console'),
    z.strictObject({ webhook: z.url({ protocol: /^https?$/ }) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'expected a function (event) => ..., "console", { webhook: "https://..." } or { file: "path" }' },
)

/** Handlers of alerts by name; the name tells their deliveries apart, so that a renamed one starts anew. */
export const handlersSchema = z.record(
  z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/, { error: 'expected a name such as "on-call"' }),
  handler,
)
