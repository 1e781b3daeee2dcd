import { certifiedFetch, clientCertificateIn } from '@mnemoscope/kpi'
import { z } from 'zod'
import { reached } from '../login.js'

const timeoutMs = 10_000

interface Answer {
  readonly status: number
  readonly text: string
  /** By how many seconds the server's clock is ahead, by the header `date`. */
  readonly ahead: number | undefined
}

/** Asks a server, with user and password where its address has them. */
export async function get(address: string, path: string): Promise<Answer> {
  const { url, headers } = reached(address)
  const begun = Date.now()
  const response = await certifiedFetch(clientCertificateIn(process.env))(`${url}${path}`, {
    headers,
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await response.text()
  const between = (begun + Date.now()) / 2
  // The header has whole seconds, rounded down.
  const said = Date.parse(response.headers.get('date') ?? '') + 500
  return {
    status: response.status,
    text,
    ahead: Number.isNaN(said) ? undefined : Math.round((said - between) / 1_000),
  }
}

/** @throws Error with the status of an answer that is no success */
export async function getOk(address: string, path: string): Promise<Answer> {
  const answer = await get(address, path)
  if (answer.status < 300) return answer
  const hint =
    answer.status === 401 ? ': it asks for a user and password, as in http://user:password@host' : ''
  throw new Error(`it answered ${path} with ${answer.status}${hint}`)
}

/** A text as JSON; undefined where it is none. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `data` of an answer of Prometheus; undefined where its API has no such path, as that of other engines. */
export async function optional<T>(
  address: string,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const { status, text } = await get(address, path)
  const parsed = z.object({ data: schema }).safeParse(json(text))
  return status < 300 && parsed.success ? parsed.data.data : undefined
}
