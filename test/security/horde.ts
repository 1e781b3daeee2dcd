/**
 * Sends careless and hostile requests to every listener, as a program of its own: `horde.ts '{"recorder": ...}'`. Prints
 * as JSON how many answers of each status came.
 */
import { Agent, METHODS, request as sendRequest } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { apiDocument } from '../../packages/recorder/src/api/routes.js'
import {
  apiRequest,
  type HostileRequest,
  logsRequest,
  unauthorisedRequest,
  webhookRequest,
} from '../../packages/recorder/test/http/hostile-requests.js'

/** What is attacked, and how much. */
export interface Horde {
  readonly recorder: string
  /** Addresses of metrics, and of tools for assistants. */
  readonly others: readonly string[]
  /** What those tools ask for. */
  readonly mcpToken: string
  /** A key that may read. */
  readonly readKey: string
  readonly requests: number
  readonly seed: number
}

/** Answers by status; `none` is a connection that ended without one, `late` a request without any end. */
export type Answers = Record<string, number>

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

const { recorder, others, mcpToken, readKey, requests, seed } = JSON.parse(process.argv[2] ?? '') as Horde
const lanes = 16
const lateMs = 15_000
/** Different ones that are made of each kind; a kind repeats itself after them. */
const samples = Math.min(2_000, requests)

const sample = (arbitrary: fc.Arbitrary<HostileRequest>) =>
  fc.sample(arbitrary, { numRuns: samples, seed }).map(asSent)
/** With a key that may read, so that the parameters are looked at, and what writes is refused all the same. */
const reading = sample(apiRequest).map((sent) => ({
  ...sent,
  headers: { ...sent.headers, authorization: `Bearer ${readKey}` },
}))
const kinds = [
  reading,
  sample(webhookRequest),
  sample(logsRequest),
  // Few, as each waits for half a second.
  sample(unauthorisedRequest(readKey)).slice(0, 200),
]

const paths = {
  recorder: [
    ...Object.keys(apiDocument(['f1_score']).paths).map((path) => path.replaceAll(/\{[^}]*\}/g, '1')),
    ...['/', '//', '/page/../../package.json', '/page/%2e%2e/%2e%2e/package.json', '/api/%00', '/%ff', '/%'],
    ...[
      '/metrics',
      '/API/CONFIG',
      '/api/config/',
      `/${'x'.repeat(5_000)}`,
      '/api/episodes/9999999999999999999',
    ],
    ...[
      '/runbooks/..%2f..%2fpackage.json',
      'http://attacker.example/api/config',
      '*',
      '/healthz?x=1',
      '/?__proto__=1',
    ],
  ],
  others: [
    ...[
      '/',
      '/metrics',
      '/metrics?x=%ff',
      '/fault',
      '/fault?fault=recall',
      '//metrics',
      '/metrics/../fault',
      '/mcp',
      '/mcp?x=%ff',
      '/%',
    ],
    ...[`/${'x'.repeat(5_000)}`, 'http://attacker.example/metrics', '*'],
  ],
}
const methods = [...METHODS.filter((method) => method !== 'CONNECT'), 'QUERY', 'BREW']
const headers: readonly Readonly<Record<string, string>>[] = [
  {},
  { host: 'attacker.example' },
  { origin: 'https://attacker.example' },
  { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' },
  { upgrade: 'websocket', connection: 'upgrade' },
  { upgrade: 'h2c', connection: 'upgrade, http2-settings', 'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA' },
  { expect: '100-continue' },
  { expect: 'the unexpected' },
  { range: 'bytes=0-1,5-', 'if-none-match': '"' },
  {
    'accept-encoding': 'gzip;q=x, br, , ;',
    accept: 'application/openmetrics-text;version=;q=, text/plain;q=9',
  },
  {
    cookie: `mnemoscope_session=${'9'.repeat(20)}.${'0'.repeat(64)}.${'0'.repeat(64)}; a=`,
    origin: recorder,
  },
  { authorization: 'Bearer' },
  ...[{}, { 'mcp-session-id': '\u00ff', 'mcp-protocol-version': '9999-99-99' }].map((more) => ({
    authorization: `Bearer ${mcpToken}`,
    accept: 'application/json, text/event-stream',
    ...more,
  })),
  { 'content-encoding': 'gzip', 'content-type': 'application/json' },
  { 'content-encoding': 'gzip, gzip', 'content-type': 'application/json' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'multipart/form-data; boundary=' },
  { 'x-prometheus-scrape-timeout-seconds': '-1e400', te: 'trailers' },
]
const bodies = [
  undefined,
  '',
  '{}',
  '[',
  '"\\ud800"',
  '{"fault":"__proto__"}',
  ...[
    '[]',
    '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]',
    '{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"__proto__"}}',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"alerts","arguments":{"limit":-1e400}}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":[]}}',
  ],
  `${'['.repeat(5_000)}`,
  '\0'.repeat(300),
]

/** What no client library sends. */
const malformed = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/0.9\r\nhost: 127.0.0.1\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET  /  HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
  'GET /\0 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'CONNECT attacker.example:443 HTTP/1.1\r\nhost: attacker.example\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n${'x: y\r\n'.repeat(3_000)}\r\n`,
  'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: attacker.example\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: a b\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: [::1\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n folded: header\r\n\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1;x=y\r\n{\r\n0\r\nx: y\r\n\r\n',
  'POST /v1/logs HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  `${'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(200)}`,
]

const answers: Answers = {}
const count = (status: string | number) => {
  answers[status] = (answers[status] ?? 0) + 1
}
const agents = new Map([recorder, ...others].map((url) => [url, new Agent({ keepAlive: true })]))

/** The request of a number, and where it goes. */
async function send(i: number): Promise<void> {
  const target = i % 10 < 8 ? recorder : (others[i % others.length] ?? recorder)
  const nth = <T>(list: readonly T[], by = 1): T => list[Math.floor(i / by) % list.length] as T
  if (i % 20 === 7) return sendText(target, nth(malformed, 20))
  if (target === recorder && i % 10 < 6) {
    // A fiftieth of them guesses keys.
    const kind = kinds[i % 500 < 10 ? 3 : i % 3] as readonly Sent[]
    return sendOne(target, nth(kind, 3))
  }
  const body = nth(bodies, 7)
  await sendOne(target, {
    method: nth(methods),
    path: nth(target === recorder ? paths.recorder : paths.others, 3),
    headers: { ...nth(headers, 11), ...(i % 3 === 0 && { 'content-type': 'application/json' }) },
    body: nth(methods) === 'GET' ? undefined : body,
  })
}

function asSent({ method, path, contentType, body, authorization }: HostileRequest): Sent {
  return {
    method,
    path,
    headers: {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(authorization !== undefined && { authorization }),
    },
    body,
  }
}

function sendOne(url: string, { method, path, headers, body }: Sent): Promise<void> {
  const { hostname: host, port } = new URL(url)
  return new Promise((resolve) => {
    const settle = (status: string | number) => {
      clearTimeout(late)
      count(status)
      resolve()
    }
    let late: NodeJS.Timeout | undefined
    try {
      const request = sendRequest({ host, port, method, path, headers, agent: agents.get(url) as Agent })
      late = setTimeout(() => {
        request.destroy()
        settle('late')
      }, lateMs)
      request.once('response', (response) => {
        response.on('error', () => undefined)
        // A stream of events goes on for ever.
        if (response.headers['content-type'] === 'text/event-stream') response.destroy()
        else response.resume()
        response.once('close', () => settle(response.statusCode ?? 0))
      })
      request.once('upgrade', (_, socket) => {
        socket.destroy()
        settle('upgraded')
      })
      request.once('error', () => settle('none'))
      request.end(body)
    } catch {
      // Node's client refuses what Node's server may get.
      clearTimeout(late)
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      sendText(url, `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${lines.join('')}\r\n`).then(
        resolve,
      )
    }
  })
}

function sendText(url: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    const late = setTimeout(() => socket.destroy(), lateMs)
    socket.setEncoding('latin1')
    socket.on('data', (data: string) => {
      if (answer.length < 100) answer += data
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearTimeout(late)
      count(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none')
      resolve()
    })
    socket.end(Buffer.from(text, 'latin1'))
  })
}

let next = 0
await Promise.all(
  Array.from({ length: lanes }, async () => {
    while (next < requests) await send(next++)
  }),
)
process.stdout.write(JSON.stringify(answers))
process.exit(0)
