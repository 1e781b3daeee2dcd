import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { readRunFile } from './up/run-file.js'

/** Where the recorder listens: as given, else as `mnemoscope up` in this folder has written it down. */
export function recorderUrl(given?: string): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  return readRunFile(resolve('.')).recorder
}

/** Which part of the history: by default the last 24 hours of everything. */
export interface Scope {
  readonly hours?: number | undefined
  /** ISO 8601. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly service?: string | undefined
  readonly model?: string | undefined
}

/**
 * Dashboard data of a part of the history.
 * @throws MnemoscopeError RECORDER_UNREACHABLE, or REQUEST_INVALID where the recorder refuses the scope
 */
export async function fetchDashboard(url: string, scope: Scope): Promise<DashboardData> {
  let response: Response
  try {
    response = await fetch(`${url}/api/dashboard?${queryOf(scope)}`, { signal: AbortSignal.timeout(30_000) })
  } catch (cause) {
    throw new MnemoscopeError('RECORDER_UNREACHABLE', `the recorder at ${url} does not answer`, {
      value: url,
      next: 'Check that it runs (`mnemoscope up`, or `mnemoscope record`) and that the address is right (--url).',
      cause,
    })
  }
  if (response.status === 400) throw refusal(await response.json())
  if (!response.ok) {
    throw new MnemoscopeError(
      'RECORDER_UNREACHABLE',
      `${url} answered ${response.status}: ${await response.text()}`,
      {
        value: url,
        expected: '200 with dashboard data',
        next: `Look at ${url}/readyz for what the recorder waits for.`,
      },
    )
  }
  return (await response.json()) as DashboardData
}

function queryOf(scope: Scope): URLSearchParams {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(scope)) {
    if (value !== undefined) query.set(key, String(value))
  }
  return query
}

/** The recorder's own words for what is wrong with a request. */
function refusal(body: unknown): MnemoscopeError {
  const { message, value, expected, next } = (body as { error: MnemoscopeError }).error
  return new MnemoscopeError('USAGE', message, { value, next, ...(expected && { expected }) })
}
