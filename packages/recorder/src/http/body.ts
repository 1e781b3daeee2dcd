import { createGunzip } from 'node:zlib'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Context } from 'hono'
import type { z } from 'zod'
import { messageOf } from '../message-of.js'
import type { Budget } from './budget.js'
import { RequestError } from './error.js'

/** The JSON body of a route's requests. */
export interface Body<Schema extends z.ZodType> {
  readonly schema: Schema
  /** Largest body, as sent and unpacked. */
  readonly mostBytes: number
  /** Whether it may be packed by gzip. */
  readonly isPackable?: boolean
  /** What a body looks like, for people whose body is not one. */
  readonly expected: string
  /** What these people do next. */
  readonly next: {
    readonly invalid: string
    readonly tooLarge: string
    readonly otherType?: string
  }
}

/**
 * Reads a request's body, the same way for every route: its media type, its size, its JSON and its schema. Its bytes
 * count towards a budget until `use` ends.
 * @throws RequestError 400, 413, 415, and MnemoscopeError RECORDER_BUSY
 */
export async function withBody<Schema extends z.ZodType, Result>(
  context: Context,
  body: Body<Schema>,
  budget: Budget,
  use: (value: z.output<Schema>) => Promise<Result>,
): Promise<Result> {
  let taken = 0
  const take = (bytes: number) => {
    budget.take(bytes)
    taken += bytes
  }
  try {
    return await use(parsed(await readText(context, body, take), body))
  } finally {
    budget.give(taken)
  }
}

async function readText(
  context: Context,
  body: Body<z.ZodType>,
  take: (bytes: number) => void,
): Promise<string> {
  const { mostBytes, next } = body
  const type = context.req.header('content-type')
  // A page of another site may post text, but not JSON, to an address on this machine without asking first.
  if (!/^application\/json\s*(;|$)/i.test(type ?? '')) {
    throw new RequestError(415, 'the body must be JSON', {
      value: type,
      expected: 'Content-Type: application/json',
      next: next.otherType ?? 'Send JSON.',
    })
  }
  const encoding = (context.req.header('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && !(body.isPackable && encoding === 'gzip')) {
    const expected = body.isPackable ? 'gzip, or no Content-Encoding' : 'no Content-Encoding'
    throw new RequestError(415, `Content-Encoding ${encoding} is not read here`, {
      value: encoding,
      expected,
      next: `Send ${expected}.`,
    })
  }
  const refuseSize = (): never => {
    throw new RequestError(413, 'the body is too large', {
      expected: `at most ${mostBytes} bytes${body.isPackable ? ', unpacked' : ''}`,
      next: next.tooLarge,
    })
  }
  const sent = await readBytes(context, mostBytes, take, refuseSize)
  if (encoding !== 'gzip') return decoded(sent, body)
  let unpacked = 0
  const unpackedBytes = await unpack(sent, (bytes) => {
    unpacked += bytes
    if (unpacked > mostBytes) refuseSize()
    take(bytes)
  }).catch((cause: unknown) => {
    if (cause instanceof MnemoscopeError) throw cause
    return refuseText(cause, body)
  })
  return decoded(unpackedBytes, body)
}

/** JSON is UTF-8. Bytes of another encoding would become names that nobody sent. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function decoded(bytes: Uint8Array, body: Body<z.ZodType>): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    return refuseText(cause, body)
  }
}

/**
 * The bytes of a body. One that states to be too large is refused unread. Memory is taken for bytes that came, not for
 * those that a sender announces and never sends.
 */
async function readBytes(
  context: Context,
  mostBytes: number,
  take: (bytes: number) => void,
  refuseSize: () => never,
): Promise<Buffer> {
  const { headers } = context.req.raw
  const length = Number(headers.get('content-length') ?? Number.NaN)
  if (length > mostBytes && !headers.has('transfer-encoding')) refuseSize()
  const pieces: Uint8Array[] = []
  let read = 0
  for await (const piece of (context.req.raw.body ?? []) as AsyncIterable<Uint8Array>) {
    read += piece.length
    if (read > mostBytes) refuseSize()
    take(piece.length)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/**
 * A body unpacked by gzip, counted piece by piece as it grows: a few bytes can unpack to very many, and hundreds of
 * requests unpack at once.
 * @param take called with the length of each piece before it is kept; what it throws ends the unpacking
 */
export async function unpack(packed: Uint8Array, take: (bytes: number) => void): Promise<Buffer> {
  const gunzip = createGunzip()
  gunzip.end(packed)
  const pieces: Buffer[] = []
  for await (const piece of gunzip as AsyncIterable<Buffer>) {
    take(piece.length)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function parsed<Schema extends z.ZodType>(text: string, body: Body<Schema>): z.output<Schema> {
  const result = body.schema.safeParse(json(text, body))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue?.path.map(String).join('.') || 'the body'
  throw new RequestError(400, `${where}: ${issue?.message}`, {
    expected: body.expected,
    next: body.next.invalid,
  })
}

function json(text: string, body: Body<z.ZodType>): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    return refuseText(cause, body)
  }
}

function refuseText(cause: unknown, { isPackable }: Body<z.ZodType>): never {
  throw new RequestError(400, `the body is not JSON: ${messageOf(cause)}`, {
    expected: isPackable ? 'JSON in UTF-8, plain or packed by gzip' : 'JSON in UTF-8',
    next: 'Correct the body.',
  })
}
