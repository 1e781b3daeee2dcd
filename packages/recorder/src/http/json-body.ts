import type { Context } from 'hono'
import { messageOf } from '../message-of.js'
import { RequestError } from './error.js'

/**
 * The request's body as JSON. Other content types are refused: a page of another site may post text, but not JSON, to
 * an address on this machine without asking first.
 */
export async function readJson(context: Context): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    throw new RequestError(415, 'the body must be JSON', {
      value: context.req.header('content-type'),
      expected: 'Content-Type: application/json',
      next: 'Send JSON.',
    })
  }
  // What keeps a body from being read is not its own fault.
  const text = await context.req.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RequestError(400, `the body is not JSON: ${messageOf(cause)}`, {
      expected: 'JSON',
      next: 'Correct the body.',
    })
  }
}
