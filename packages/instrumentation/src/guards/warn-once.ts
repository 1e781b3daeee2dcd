import { heedRejection } from './heed-rejection.js'

/** What the instrumentation has to say to the people who run it. */
export interface Warning {
  readonly code:
    | 'CARDINALITY_LIMIT'
    | 'LABEL_REPAIRED'
    | 'HOOK_FAILED'
    | 'NAME_COLLISION'
    | 'SOURCE_FAILED'
    | 'MEASUREMENTS_DROPPED'
    | 'OTLP_PROTOCOL'
  readonly message: string
}

/** Receives warnings, each code once in the life of a monitor. What it throws or rejects with goes no further. */
export type WarningHandler = (warning: Warning) => void

/** Warns through Node's own channel, as the runtime warns of deprecations. */
export const warnThroughProcess: WarningHandler = ({ code, message }) => {
  process.emitWarning(message, { type: 'MnemoscopeWarning', code })
}

/** Lets each code through once, and nothing a handler throws or rejects with. */
export function warnOnce(handler: WarningHandler): WarningHandler {
  const said = new Set<Warning['code']>()
  return (warning) => {
    if (said.has(warning.code)) return
    said.add(warning.code)
    try {
      heedRejection(handler(warning), () => {})
    } catch {
      // A warning that can't be delivered must not become the application's problem.
    }
  }
}
