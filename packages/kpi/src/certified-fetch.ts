import { readFileSync } from 'node:fs'
import { type Agent, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { createSecureContext } from 'node:tls'
import { MnemoscopeError } from './errors.js'

/** Files of the certificate by which a client signs in, in PEM. */
export interface ClientCertificate {
  readonly certFile: string
  readonly keyFile: string
}

/** Variables of the environment by which programs that ask the recorder name theirs. */
const variables = { certFile: 'MNEMOSCOPE_CLIENT_CERT_FILE', keyFile: 'MNEMOSCOPE_CLIENT_KEY_FILE' } as const

/**
 * The certificate that the environment names; undefined for none.
 * @throws MnemoscopeError USAGE if only one of the files is named
 */
export function clientCertificateIn(env: NodeJS.ProcessEnv): ClientCertificate | undefined {
  const [certFile, keyFile] = [env[variables.certFile], env[variables.keyFile]]
  if (certFile && keyFile) return { certFile, keyFile }
  if (!certFile && !keyFile) return undefined
  throw new MnemoscopeError('USAGE', `only one of ${Object.values(variables).join(' and ')} is set`, {
    value: certFile || keyFile,
    expected: 'a certificate and its key',
    next: 'Set both, or none.',
  })
}

/** What `fetch` takes of a request here. */
export interface CertifiedRequest {
  readonly method?: string
  readonly headers?: Headers | Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

export type CertifiedFetch = (url: string, init?: CertifiedRequest) => Promise<Response>

/**
 * `fetch`, or the same with a certificate or an agent, which `fetch` of Node does not take. Its files are read for each request, so renewed
 * ones count at once. Redirects are not followed, and the body is read before the answer is there.
 * @param agentFor default: requests go straight to their address
 * @throws MnemoscopeError FILE_UNUSABLE at once, and later as a rejection, for files that are no certificate with its key
 */
export function certifiedFetch(
  certificate: ClientCertificate | undefined,
  agentFor: AgentFor = async () => undefined,
): CertifiedFetch {
  if (certificate !== undefined) readCertificate(certificate)
  return async (url, init = {}) => {
    const isSecure = url.startsWith('https:')
    const shown = isSecure && certificate !== undefined ? readCertificate(certificate) : undefined
    const agent = await agentFor(url)
    if (shown === undefined && agent === undefined) return fetch(url, init)
    return asked(isSecure ? requestSecurely : request, url, init, { ...shown, ...(agent && { agent }) })
  }
}

/** The agent that sends a request for an address; undefined for the usual one. */
export type AgentFor = (url: string) => Promise<Agent | undefined>

interface ReadCertificate {
  readonly cert: Buffer
  readonly key: Buffer
}

function readCertificate({ certFile, keyFile }: ClientCertificate): ReadCertificate {
  try {
    const read = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    createSecureContext(read)
    return read
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new MnemoscopeError('FILE_UNUSABLE', `no client certificate with its key: ${message}`, {
      value: `${certFile}, ${keyFile}`,
      expected: 'a certificate and its key in PEM that this user can read',
      next: `Correct the files, or name others in ${Object.values(variables).join(' and ')}.`,
      cause,
    })
  }
}

/** Statuses of answers that have no body. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304])

function asked(
  send: typeof request,
  url: string,
  { method = 'GET', headers = {}, body, signal }: CertifiedRequest,
  through: Partial<ReadCertificate> & { readonly agent?: Agent },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    // As `fetch` fails.
    const failed = (cause: Error) => reject(new TypeError('fetch failed', { cause }))
    const options = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...through,
      ...(signal && { signal }),
    }
    const sent = send(url, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', failed)
      answer.once('end', () => {
        const { statusCode: status = 500, headers: given } = answer
        const all = Object.entries(given).flatMap(([name, value]) =>
          [value ?? []].flat().map((each): [string, string] => [name, each]),
        )
        const content = withoutBody.has(status) ? null : Buffer.concat(chunks)
        resolve(new Response(content, { status, headers: all }))
      })
    })
    sent.once('error', failed)
    sent.end(body)
  })
}
