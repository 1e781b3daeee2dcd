import { resolve } from 'node:path'
import { type Config, type ConfigInput, certifiedFetch, clientCertificateIn } from '@mnemoscope/kpi'
import { type ErrorCode, errorCodes, MnemoscopeError } from '@mnemoscope/kpi/errors'
import type { AnswerOf, BodyOf, ErrorAnswer, Operation, ParamsOf, QueryOf } from '@mnemoscope/recorder'
import { changeToken } from './environment.js'
import { ownFiles, ownSecrets, secretAt } from './keys.js'
import { readRunFile, runIn } from './up/run-file.js'

/**
 * Address of the recorder: the given one, or else the one that `mnemoscope up` started in this folder, or else
 * `endpoints.recorder` of the configuration in it.
 * @throws MnemoscopeError USAGE for what is no address; NOT_RUNNING; what is wrong with the configuration
 */
export async function recorderUrl(given?: string): Promise<string> {
  if (given === undefined)
    return (
      runIn(resolve('.'))?.recorder ?? (await configured()) ?? readRunFile(resolve('.'), noRecorder).recorder
    )
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given.replace(/\/$/, '')
  const expected = 'an address such as "http://127.0.0.1:9470"'
  throw new MnemoscopeError('USAGE', `--url: ${JSON.stringify(given)}: expected ${expected}`, {
    value: given,
    expected,
    next: 'Write the complete address, with http:// or https://.',
  })
}

/** The address that the configuration of this folder gives itself, not a default. */
async function configured(): Promise<string | undefined> {
  const { configFileIn, loadProject } = await import('./config-file.js')
  if (configFileIn('.') === undefined) return undefined
  const { declared } = (await loadProject()).config as Config<ConfigInput>
  return declared.endpoints?.recorder?.replace(/\/$/, '')
}

const noRecorder =
  'Start one with `npx mnemoscope up`, or name a recorder with --url or with endpoints.recorder in the configuration.'

/** The input of an operation. Undefined values of the query are left out. */
export interface Request<Name extends Operation> {
  /** A property of every answer. An answer without it comes from another program. */
  readonly has: keyof AnswerOf<Name> & string
  readonly params?: ParamsOf<Name>
  readonly query?: QueryOf<Name>
  readonly body?: BodyOf<Name>
  /** Folder whose pipeline's key is sent, if the recorder is that pipeline's. Default: this one. */
  readonly folder?: string
}

/** No recorder answers at the address. */
export class RecorderSilent extends MnemoscopeError {
  constructor(url: string, cause: unknown) {
    const why = distrust(cause)
    super(
      'RECORDER_UNREACHABLE',
      why === undefined
        ? `the recorder at ${url} does not answer`
        : `the certificate of the recorder at ${url} is not trusted: ${why}`,
      {
        value: url,
        next:
          why === undefined
            ? `Check that it runs (\`npx mnemoscope up\` or \`npx mnemoscope record\`) and that the address is right (--url).${certificateHint(url, cause)}`
            : 'Use the host name of its certificate, and name the file of its authority in NODE_EXTRA_CA_CERTS.',
        cause,
      },
    )
  }
}

/** A server that misses a certificate ends the connection, and does not always say why. */
function certificateHint(url: string, error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as { code?: string }
  return url.startsWith('https:') && /^(?:UND_ERR_SOCKET|ECONNRESET|ERR_SSL_\w+)$/.test(code ?? '')
    ? ' If it asks for a client certificate, name one of its authority in MNEMOSCOPE_CLIENT_CERT_FILE, and the key in MNEMOSCOPE_CLIENT_KEY_FILE.'
    : ''
}

/** Why Node does not trust the certificate of a server; undefined where something else is wrong. */
function distrust(error: unknown): string | undefined {
  const { code, message } = ((error as Error).cause ?? {}) as { code?: string; message?: string }
  return /^(?:ERR_TLS_CERT_\w+|CERT_\w+|UNABLE_TO_(?:GET|VERIFY)_\w+|(?:DEPTH_ZERO_)?SELF_SIGNED_\w+)$/.test(
    code ?? '',
  )
    ? message
    : undefined
}

/** A change waits until the servers have applied it; other requests are quick. */
const timeoutMs = { GET: 30_000, PUT: 300_000 } as const

/**
 * Asks the recorder: `ask(url, 'GET /api/dashboard', { has: 'open_alerts', query: { hours: 1 } })`.
 * @throws MnemoscopeError RECORDER_UNREACHABLE; USAGE if the recorder refuses the request; if it refuses a change,
 *   the recorder's own error
 */
export async function ask<Name extends Operation>(
  url: string,
  operation: Name,
  { has, ...request }: Request<Name>,
): Promise<AnswerOf<Name>> {
  const { text, ok, status } = await send(url, operation, request)
  const answer = parsed(text)
  if (ok && typeof answer === 'object' && answer !== null && has in answer) return answer as AnswerOf<Name>
  throw unexpected(url, operation, { text, status }, `200 with ${has}`)
}

/** Asks the recorder for what it answers as Markdown. @throws MnemoscopeError as `ask` */
export async function askMarkdown<Name extends Operation>(
  url: string,
  operation: Name,
  request: Omit<Request<Name>, 'has'>,
): Promise<string> {
  const { text, ok, status, type } = await send(url, operation, request)
  if (ok && type.startsWith('text/markdown')) return text
  throw unexpected(url, operation, { text, status }, '200 with Markdown')
}

interface Received {
  /** The answer; it may be incomplete, or come from another program. */
  readonly text: string
  readonly status: number
  readonly ok: boolean
  readonly type: string
}

/** @throws MnemoscopeError RECORDER_UNREACHABLE where nothing answers */
async function send<Name extends Operation>(
  url: string,
  operation: Name,
  { params, query, body, folder = '.' }: Omit<Request<Name>, 'has'>,
): Promise<Received> {
  const [method = 'GET', path = ''] = operation.split(' ')
  const token = ownerKey(url, folder) ?? changeToken()
  const response = await certifiedFetch(clientCertificateIn(process.env))(
    `${url}${filled(path, params)}${searchOf(query)}`,
    {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(method === 'GET' ? timeoutMs.GET : timeoutMs.PUT),
    },
  ).catch((cause: unknown) => {
    throw new RecorderSilent(url, cause)
  })
  const text = await response.text().catch((error: Error) => error.message)
  const { ok, status, headers } = response
  return { text, ok, status, type: headers.get('content-type') ?? '' }
}

function unexpected(
  url: string,
  operation: Operation,
  { text, status }: Pick<Received, 'text' | 'status'>,
  expected: string,
): MnemoscopeError {
  const answer = parsed(text)
  // An error of the request is the caller's. A 5xx of a read is the recorder's own problem.
  if (isRefusal(answer) && (status < 500 || !operation.startsWith('GET '))) return refusal(answer)
  return new MnemoscopeError(
    'RECORDER_UNREACHABLE',
    `${url} answered ${status}: ${text.length > longestQuote ? `${text.slice(0, longestQuote)} ...` : text}`,
    {
      value: url,
      expected,
      next: `Look at ${url}/readyz to see what the recorder waits for, and check that this is the recorder's address.`,
    },
  )
}

/** The owner's key of the pipeline that runs in a folder, if the recorder at the address is that pipeline's. */
function ownerKey(url: string, folder: string): string | undefined {
  try {
    return readRunFile(folder).recorder === url ? secretAt(ownSecrets(folder), ownFiles.owner) : undefined
  } catch {
    return undefined
  }
}

/** How much of an unexpected answer is quoted. */
const longestQuote = 300

function filled(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{\+?(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function searchOf(query: object = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value))
  }
  return search.size === 0 ? '' : `?${search}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRefusal(body: unknown): body is ErrorAnswer {
  return typeof (body as Partial<ErrorAnswer> | undefined)?.error?.message === 'string'
}

/** The recorder's error about a request. */
function refusal({ error }: ErrorAnswer): MnemoscopeError {
  const { code, message, value, expected, next = 'Look at the log of the recorder.' } = error
  return new MnemoscopeError(codeOf(code), message, { value, next, ...(expected && { expected }) })
}

/** An error of the request comes from the command's arguments. A code that this version does not know is a recorder error. */
function codeOf(code: string): ErrorCode {
  if (code.startsWith('REQUEST_')) return 'USAGE'
  return code in errorCodes ? (code as ErrorCode) : 'RECORDER_UNREACHABLE'
}
