import { type ErrorCode, type ErrorDetail, MnemoscopeError } from '@mnemoscope/kpi'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { troubleOf } from '../database/errors.js'
import { busyRetrySeconds } from './budget.js'

/** A request that can't be served as it was made. */
export class RequestError extends MnemoscopeError {
  readonly status: ContentfulStatusCode

  /** @param code default: the request itself is wrong */
  constructor(
    status: ContentfulStatusCode,
    message: string,
    detail: ErrorDetail,
    code: ErrorCode = status === 413 ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID',
  ) {
    super(code, message, detail)
    this.status = status
  }

  /** An error of the work that a request asked for, with the status of its answer. */
  static of({ code, message, value, expected, next, cause }: MnemoscopeError, status: ContentfulStatusCode) {
    const detail = { value, next, cause, ...(expected !== undefined && { expected }) }
    return new RequestError(status, message, detail, code)
  }
}

/**
 * Answers an error as JSON: the request's own fault in full; 503 with the next step and `Retry-After` where Postgres
 * can't store or answer at present; anything else without its inner workings.
 */
export function answerError(error: unknown, context: Context, logger: Logger): Response {
  // A body that was refused unread would be in the way of the next request on this connection.
  if (bodyMethods.has(context.req.method)) context.header('connection', 'close')
  const refused = refusedStatus(error)
  if (refused !== undefined) {
    const { code, message, value, expected, next } = error as MnemoscopeError
    return context.json({ error: { code, message, value, expected, next } }, refused, headersOf[refused])
  }
  logger.error({ err: error, path: context.req.path }, 'request failed')
  const trouble = troubleOf(error)
  if (trouble !== undefined) {
    const { code, message, next, retrySeconds } = trouble
    return context.json({ error: { code, message, next } }, 503, { 'retry-after': String(retrySeconds) })
  }
  return context.json(
    { error: { code: 'INTERNAL', message: 'The recorder failed to answer; its log says why.' } },
    500,
  )
}

const bodyMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** What HTTP asks for beside a status. */
const headersOf: Readonly<Partial<Record<number, Record<string, string>>>> = {
  401: { 'www-authenticate': 'Bearer' },
  503: { 'retry-after': String(busyRetrySeconds) },
}

function refusedStatus(error: unknown): ContentfulStatusCode | undefined {
  if (error instanceof RequestError) return error.status
  if (!(error instanceof MnemoscopeError)) return undefined
  if (error.code === 'TOKEN_REQUIRED') return 401
  if (error.code === 'RECORDER_BUSY') return 503
  return ['ACCESS_DENIED', 'HOST_REFUSED'].includes(error.code) ? 403 : undefined
}
