import type { Context } from 'hono'
import type pg from 'pg'
import { z } from 'zod'
import { acknowledge } from '../alerts/acknowledge.js'
import { episodeId, noEpisode } from './episode-id.js'
import { RequestError } from './error.js'
import { readJson } from './json-body.js'
import { writtenText } from './text.js'

/** Body of a request that acknowledges an episode. */
export const acknowledgeBody = z.strictObject({
  by: writtenText(100),
  comment: writtenText(2_000).optional(),
})

/** `POST /api/episodes/:id/acknowledge` with `{by, comment?}`: 200 with what was stored, 404 for no such episode. */
export function acknowledgeEpisode(pool: pg.Pool) {
  return async (context: Context): Promise<Response> => {
    const body = acknowledgeBody.safeParse(await readJson(context))
    if (!body.success) {
      const [issue] = body.error.issues
      throw new RequestError(400, `${issue?.path.map(String).join('.') || 'the body'}: ${issue?.message}`, {
        expected: '{"by": "who", "comment": "at most 2,000 characters, may be left out"}',
        next: 'Correct the body.',
      })
    }
    const { by, comment = null } = body.data
    const stored = await acknowledge(pool, episodeId(context), { by, comment })
    if (stored === undefined) return noEpisode(context)
    return context.json({ acknowledgement: stored })
  }
}
