/** A warning for the people who run the service. */
export interface Warning {
  readonly code:
    | 'ALREADY_STARTED'
    | 'CARDINALITY_LIMIT'
    | 'ENDPOINT_UNAVAILABLE'
    | 'ENVIRONMENT_IGNORED'
    | 'LABEL_REPAIRED'
    | 'HOOK_FAILED'
    | 'NAME_COLLISION'
    | 'SOURCE_FAILED'
    | 'MEASUREMENTS_DROPPED'
    | 'MEASUREMENT_REFUSED'
    | 'ONE_OF_SEVERAL'
    | 'OTLP_FAILED'
    | 'OTLP_PROTOCOL'
    | 'PORT_IN_USE'
    | 'SCRAPE_UNANSWERED'
    | 'SETTINGS_NOT_FOLLOWED'
    | 'SIBLING_REFUSED'
  readonly message: string
}

/**
 * Receives warnings, each code once for each monitor; `MEASUREMENT_REFUSED` once for each KPI and reason. Errors of the
 * handler are ignored.
 */
export type WarningHandler = (warning: Warning) => void

/** Warns through `process.emitWarning`. */
export const warnThroughProcess: WarningHandler = ({ code, message }) => {
  process.emitWarning(message, { type: 'MnemoscopeWarning', code })
}

/** Gives a warning. With a subject, each subject of a code is warned about once. */
export type Warn = (warning: Warning, subject?: string) => void

/** Passes each code and subject once, and ignores errors of the handler. */
export function warnOnce(handler: WarningHandler): Warn {
  const warned = new Set<string>()
  return (warning, subject = '') => {
    const key = `${warning.code} ${subject}`
    if (warned.has(key)) return
    warned.add(key)
    try {
      catchRejection(handler(warning), () => {})
    } catch {
      // A handler that fails must not make the application fail.
    }
  }
}

/** Whether a value is a promise or another thenable. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/**
 * Handles the rejection of a hook's promise, which would end the process: TypeScript accepts an async function where a
 * function without a result is expected.
 * @param result what the hook returned
 * @param failed must not throw
 */
export function catchRejection(result: unknown, failed: (error: unknown) => void): void {
  if (isThenable(result)) result.then(undefined, failed)
}
