import { scope } from '../producer/metric-producer.js'
import type { LogRecord } from './log-record.js'

/** One request may take so long. */
const timeout = 10_000

/**
 * Sends records to an OTLP/HTTP receiver of logs, in JSON.
 * @param recorder base address: `http://127.0.0.1:9470`
 * @returns whether they are settled: stored, or refused for good. What is worth another try is not.
 */
export async function sendLogs(
  recorder: string,
  resource: Readonly<Record<string, string>>,
  records: readonly LogRecord[],
  signal: AbortSignal,
): Promise<boolean> {
  const attributes = Object.entries(resource).map(([key, value]) => ({ key, value: { stringValue: value } }))
  try {
    const response = await fetch(`${recorder.replace(/\/+$/, '')}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope, logRecords: records }] }],
      }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    })
    await response.body?.cancel()
    return response.status < 500 && response.status !== 429
  } catch {
    // Away, or too slow.
    return false
  }
}
