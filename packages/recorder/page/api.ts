import type { AlertEpisode, Config } from '@mnemoscope/kpi'
import type { ConfigChange } from '../src/config/store.js'
import type { Charts } from '../src/dashboard/charts.js'
import type { DashboardData } from '../src/dashboard/dashboard.js'
import type { EpisodeDetail } from '../src/dashboard/episode-detail.js'
import type { Readiness } from '../src/readiness.js'

/** What the recorder answers, by path. All types that the page has of the recorder come from here. */
interface Answers {
  readonly '/api/dashboard': DashboardData
  readonly '/api/charts': Charts
  readonly '/api/episodes': { readonly episodes: readonly AlertEpisode[] }
  readonly '/api/episodes/{id}': EpisodeDetail
  readonly '/api/config': {
    readonly hash: string
    readonly refresh_seconds: number
    readonly config: Config
    readonly problem: { readonly at: string; readonly message: string; readonly next: string } | null
  }
  readonly '/api/config/changes': { readonly changes: readonly ConfigChange[] }
}

export type { AlertEpisode, Charts, ConfigChange, DashboardData, EpisodeDetail }
export type DashboardKpi = DashboardData['kpis'][number]
export type ConfigAnswer = Answers['/api/config']

/** A sleeping laptop or a lost network may never end a connection, and the page would wait with it. */
const longestAnswerMs = 60_000

/** The recorder refused a request, or failed to answer it. */
export class RefusedError extends Error {
  /** As in docs/errors.md; undefined where something else answered, such as a proxy. */
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

/**
 * The recorder's newest answer.
 * @param query of the scope and the route
 * @param id of the path
 * @throws RefusedError with a message for people
 */
export async function ask<Path extends keyof Answers>(
  path: Path,
  { query, id }: { query?: URLSearchParams; id?: number } = {},
): Promise<Answers[Path]> {
  const filled = path.replace('{id}', String(id))
  const response = await fetched(query === undefined ? filled : `${filled}?${query}`)
  if (!response.ok) throw await refusalOf(response)
  return response.json()
}

/** What keeps the recorder from its work, one sentence each; none where it works. */
export async function askReadiness(): Promise<readonly string[]> {
  // Not ready is an answer too: 503 with the same content.
  const response = await fetched('/readyz')
  const { problems }: Readiness = await response.json()
  return problems
}

/**
 * Stores who has taken notice of an alert, with the recorder's token where one is given.
 * @throws RefusedError with the code TOKEN_REQUIRED where the token is missing or wrong
 */
export async function acknowledge(
  id: number,
  body: { readonly by: string; readonly comment?: string },
  token: string | null,
): Promise<void> {
  const response = await fetched(`/api/episodes/${id}/acknowledge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw await refusalOf(response)
}

function fetched(address: string, options: RequestInit = {}): Promise<Response> {
  return fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(longestAnswerMs), ...options })
}

async function refusalOf(response: Response): Promise<RefusedError> {
  try {
    const { error }: { error: { message: string; code: string } } = await response.json()
    return new RefusedError(error.message, error.code)
  } catch {
    return new RefusedError(`status ${response.status}, without a reason`)
  }
}
