import { type ErrorDetail, MnemoscopeError } from '@mnemoscope/kpi'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { isUnreachable } from '../database/unreachable.js'

/** A request that can't be served as it was made. */
export class RequestError extends MnemoscopeError {
  readonly status: ContentfulStatusCode

  constructor(status: ContentfulStatusCode, message: string, detail: ErrorDetail) {
    super(status === 413 ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID', message, detail)
    this.status = status
  }
}

/** Answers an error as JSON: the request's own fault in full, anything else without its inner workings. */
export function answerError(error: unknown, context: Context, logger: Logger): Response {
  if (error instanceof RequestError) {
    const { code, message, value, expected, next } = error
    return context.json({ error: { code, message, value, expected, next } }, error.status)
  }
  logger.error({ err: error, path: context.req.path }, 'request failed')
  if (isUnreachable(error)) {
    return context.json(
      {
        error: {
          code: 'DATABASE_UNREACHABLE',
          message: 'Postgres does not answer.',
          next: 'Try again; /readyz says when it is back.',
        },
      },
      503,
    )
  }
  return context.json(
    { error: { code: 'INTERNAL', message: 'The recorder failed to answer; its log says why.' } },
    500,
  )
}
