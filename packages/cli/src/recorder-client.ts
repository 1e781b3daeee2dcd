import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { DashboardData } from '@mnemoscope/recorder'
import { readRunFile } from './up/run-file.js'

/** Where the recorder listens: as given, else as `mnemoscope up` in this folder has written it down. */
export function recorderUrl(given?: string): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  return readRunFile(resolve('.')).recorder
}

/** Dashboard data of the last `hours` hours. */
export async function fetchDashboard(url: string, hours: number): Promise<DashboardData> {
  let response: Response
  try {
    response = await fetch(`${url}/api/dashboard?hours=${hours}`, { signal: AbortSignal.timeout(30_000) })
  } catch (cause) {
    throw new MnemoscopeError('RECORDER_UNREACHABLE', `the recorder at ${url} does not answer`, {
      value: url,
      next: 'Check that it runs (`mnemoscope up`, or `mnemoscope record`) and that the address is right (--url).',
      cause,
    })
  }
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
