import type { Context } from 'hono'
import { RequestError } from './error.js'

/** Ids are Postgres' bigint; a longer number can't be one. */
const idPattern = /^[1-9]\d{0,17}$/

/** The id of an episode in the request's path. @throws RequestError 404 for what can't be one */
export function episodeId(context: Context): string {
  const id = context.req.param('id') ?? ''
  return idPattern.test(id) ? id : noEpisode(context)
}

/** @throws RequestError 404, always */
export function noEpisode(context: Context): never {
  const id = context.req.param('id')
  throw new RequestError(404, `there is no episode ${id}`, {
    value: id,
    expected: 'the id of an episode, as /api/episodes has it',
    next: 'It may be older than the retention; look at /api/episodes.',
  })
}
