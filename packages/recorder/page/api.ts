import type { AnswerOf, BodyOf, ErrorAnswer, Operation, ParamsOf, QueryOf } from '../src/api/contract.js'

export type DashboardData = AnswerOf<'GET /api/dashboard'>
export type DashboardKpi = DashboardData['kpis'][number]
export type Charts = AnswerOf<'GET /api/charts'>
export type AlertEpisode = AnswerOf<'GET /api/episodes'>['episodes'][number]
export type Behind = AnswerOf<'GET /api/episodes/{id}/operations'>
export type Notified = AnswerOf<'GET /api/episodes/{id}/notifications'>
export type EpisodeDetail = AnswerOf<'GET /api/episodes/{id}'>
export type Incident = AnswerOf<'GET /api/incidents'>['incidents'][number]
export type IncidentDetail = AnswerOf<'GET /api/incidents/{id}'>
export type AnswerOfReview = AnswerOf<'GET /api/alerts/review'>
export type Session = AnswerOf<'GET /api/session'>
export type ConfigAnswer = AnswerOf<'GET /api/config'>
export type ConfigChange = AnswerOf<'GET /api/config/changes'>['changes'][number]

/** The part of the history that a question is about. */
export type Scope = Pick<
  QueryOf<'GET /api/dashboard'>,
  'hours' | 'from' | 'to' | 'service' | 'model' | 'operation' | 'context_size'
>

/** A sleeping laptop or a lost network may never end a connection, and the page would wait with it. */
const longestAnswerMs = 60_000

/** The recorder refused a request, or failed to answer it. The message says why, and what to do. */
export class RefusedError extends Error {
  /** One of those in docs/errors.md; undefined where something else answered, such as a proxy. */
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

interface Request<Name extends Operation> {
  readonly params?: ParamsOf<Name>
  readonly query?: QueryOf<Name>
  readonly body?: BodyOf<Name>
  /** To sign in with; else the browser's cookie counts. */
  readonly token?: string | null
}

/**
 * Asks the recorder for an operation of its API: `ask('GET /api/episodes/{id}', { params: { id: '7' } })`.
 * @throws RefusedError where it answers with an error, another error where it does not answer
 */
export async function ask<Name extends Operation>(
  name: Name,
  { params, query, body, token }: Request<Name> = {},
): Promise<AnswerOf<Name>> {
  const [method = '', path = ''] = name.split(' ')
  const response = await fetch(addressOf(path, { ...params }, { ...query }), {
    method,
    cache: 'no-store',
    signal: AbortSignal.timeout(longestAnswerMs),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // Not ready is an answer too: 503 with the same content.
  if (!response.ok && name !== 'GET /readyz') throw await refusalOf(response)
  return response.json()
}

function addressOf(
  path: string,
  params: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  // Relative to the page, which may lie below a prefix of a proxy.
  const filled = path
    .slice(1)
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given)}`
}

/** Of a proxy that gets no answer itself. */
const gatewayStatuses: readonly number[] = [502, 503, 504]

async function refusalOf(response: Response): Promise<Error> {
  try {
    const { error }: ErrorAnswer = await response.json()
    const { code, message, next } = error
    return new RefusedError(next === undefined ? message : `${message}. ${next}`, code)
  } catch {
    if (gatewayStatuses.includes(response.status)) return new Error(`a proxy answers ${response.status}`)
    return new RefusedError(`status ${response.status}, without a reason`)
  }
}
