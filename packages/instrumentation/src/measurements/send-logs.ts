import { scope } from '../producer/metric-producer.js'
import { outcomeOf, type SendOutcome } from './send-outcome.js'

/** One request may take so long. */
const timeout = 10_000

export interface LogsReceiver {
  /** Base address: `http://127.0.0.1:9470` */
  readonly recorder: string
  readonly headers: Headers
  readonly resource: Readonly<Record<string, string>>
}

/**
 * Sends records to an OTLP/HTTP receiver of logs, in JSON. Never rejects.
 * @param records in JSON
 */
export async function sendLogs(
  { recorder, headers, resource }: LogsReceiver,
  records: readonly string[],
  signal: AbortSignal,
): Promise<SendOutcome> {
  const attributes = Object.entries(resource).map(([key, value]) => ({ key, value: { stringValue: value } }))
  try {
    const response = await fetch(`${recorder.replace(/\/+$/, '')}/v1/logs`, {
      method: 'POST',
      headers,
      body:
        `{"resourceLogs":[{"resource":${JSON.stringify({ attributes })},` +
        `"scopeLogs":[{"scope":${JSON.stringify(scope)},"logRecords":[${records.join(',')}]}]}]}`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    })
    const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
    if (!response.ok) await response.body?.cancel()
    return outcomeOf(response.status, body, response.headers.get('retry-after'))
  } catch {
    return { kind: 'unavailable' }
  }
}
