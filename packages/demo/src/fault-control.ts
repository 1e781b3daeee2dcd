import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { type Fault, faults, isFault } from './faults.js'

/** Bodies hold one short name. */
const bodyLimit = 1_024

/** What the endpoint switches. */
export interface FaultSwitch {
  readonly fault: Fault | undefined
  setFault(fault: Fault | undefined): void
}

/**
 * Handles `/fault`, for programs on this machine that call it by `localhost` or an IP address, and for no web page: GET returns the fault, PUT `{"fault":"recall"}` sets one, DELETE
 * ends it. Each answers `{"fault": "recall" | null, "faults": [...]}`; an error answers `{"error": {code, message,
 * expected, next}}`.
 */
export function faultControl(control: FaultSwitch): RequestListener {
  return (request, response) => {
    respond(control, request).then(
      () => send(response, 200, { fault: control.fault ?? null, faults }),
      (error: unknown) => {
        // Any other error means that the caller went away, so no answer is sent.
        if (!(error instanceof Refusal)) return response.destroy()
        const { code, message, value, expected, next, status } = error
        send(response, status, { error: { code, message, value, expected, next } })
      },
    )
  }
}

async function respond(control: FaultSwitch, request: IncomingMessage): Promise<void> {
  if (!isLoopback(request.socket.remoteAddress))
    throw new Refusal(
      403,
      '/fault was called from another machine',
      request.socket.remoteAddress,
      'a loopback address',
    )
  const { host, origin } = request.headers
  // The name of another site that leads here, in the browser of somebody on this machine.
  if (!isOwnName(host))
    throw new Refusal(403, '/fault was called by another name', host, 'localhost or 127.0.0.1')
  if (origin !== undefined) throw new Refusal(403, '/fault was called by a web page', origin, 'no web page')
  switch (request.method) {
    case 'GET':
      return
    case 'DELETE':
      return control.setFault(undefined)
    case 'PUT':
      return control.setFault(await readFault(request))
    default:
      throw new Refusal(405, '/fault does not take this method', request.method, 'GET, PUT or DELETE')
  }
}

async function readFault(request: IncomingMessage): Promise<Fault> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk
    if (body.length > bodyLimit)
      throw new Refusal(413, 'the body is too long', body.length, `${bodyLimit} characters`)
  }
  const named = parseFault(body)
  if (!isFault(named))
    throw new Refusal(400, 'there is no such fault', named ?? body, `one of ${faults.join(', ')}`)
  return named
}

function parseFault(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && 'fault' in parsed ? parsed.fault : undefined
  } catch {
    return undefined
  }
}

/** A refused request, with the status it is answered with. */
class Refusal extends MnemoscopeError {
  readonly status: number

  constructor(status: number, message: string, value: unknown, expected: string) {
    super(status === 413 ? 'REQUEST_TOO_LARGE' : 'REQUEST_INVALID', message, {
      value,
      expected,
      next: 'send PUT /fault with {"fault": "recall"}, or DELETE /fault',
    })
    this.status = status
  }
}

function isOwnName(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/
    .exec(host ?? '')?.[1]
    ?.replace(/^\[|\]$/g, '')
    .toLowerCase()
  return name !== undefined && (name === 'localhost' || isIP(name) !== 0)
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '')
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
