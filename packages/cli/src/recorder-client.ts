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
  // An answer that breaks off, or that some other program gave, is no data.
  const text = await response.text().catch((error: Error) => error.message)
  const body = parsed(text)
  if (response.ok && isDashboard(body)) return body
  if (response.status === 400 && isRefusal(body)) throw refusal(body)
  throw new MnemoscopeError(
    'RECORDER_UNREACHABLE',
    `${url} answered ${response.status}: ${text.length > longestQuote ? `${text.slice(0, longestQuote)} ...` : text}`,
    {
      value: url,
      expected: '200 with dashboard data',
      next: `Look at ${url}/readyz for what the recorder waits for, and whether that is the recorder's address.`,
    },
  )
}

/** Of an answer that is not understood so much is quoted. */
const longestQuote = 300

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isDashboard(body: unknown): body is DashboardData {
  return typeof body === 'object' && body !== null && 'open_alerts' in body
}

interface Refusal {
  readonly error: Pick<MnemoscopeError, 'message' | 'value' | 'expected' | 'next'>
}

function isRefusal(body: unknown): body is Refusal {
  return typeof (body as Partial<Refusal> | undefined)?.error?.message === 'string'
}

function queryOf(scope: Scope): URLSearchParams {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(scope)) {
    if (value !== undefined) query.set(key, String(value))
  }
  return query
}

/** The recorder's own words for what is wrong with a request. */
function refusal({ error }: Refusal): MnemoscopeError {
  const { message, value, expected, next } = error
  return new MnemoscopeError('USAGE', message, { value, next, ...(expected && { expected }) })
}
