import { Agent, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { anyRoutes } from '../../src/api/routes.js'
import type { ErrorAnswer } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder()
})

afterAll(() => recorder?.stop())

const addressOf = (path: string) => recorder.url + path.replace('{id}', '1').replace('{+page}', 'README.md')

async function errorOf(response: Response) {
  return { status: response.status, ...((await response.json()) as ErrorAnswer).error }
}

const paths = [...new Set(anyRoutes.map(({ path }) => path)), '/', '/page/main.js']

test.each(paths)(
  '%s answers a method that it does not take with 405 and those that it takes',
  async (path) => {
    const routes = anyRoutes.filter((route) => route.path === path)
    const taken = routes.length === 0 ? ['GET'] : routes.map(({ method }) => String(method))
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (taken.includes(method)) continue
      const response = await fetch(addressOf(path), { method })
      const allowed = response.headers.get('allow')?.split(', ')
      expect(allowed?.filter((each) => each !== 'HEAD')).toEqual(taken)
      expect(await errorOf(response)).toMatchObject({ status: 405, code: 'REQUEST_INVALID', value: method })
    }
  },
)

test('asking for the head of the event stream takes no listener its place', async () => {
  for (let n = 0; n < 201; n++) {
    const head = await fetch(`${recorder.url}/api/events`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  }
  const events = await fetch(`${recorder.url}/api/events`)
  expect(events.status).toBe(200)
  await events.body?.cancel()
})

describe('a body in an encoding that is not read is refused, and not taken for plain text', () => {
  const send = (path: string, encoding: string, body: Uint8Array<ArrayBuffer> | string) =>
    fetch(recorder.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body,
    })
  const packed = Uint8Array.from(gzipSync('{"resourceLogs":[]}'))

  test.each(['br', 'deflate', 'gzip, gzip'])('/v1/logs: %s', async (encoding) => {
    expect(await errorOf(await send('/v1/logs', encoding, '{"resourceLogs":[]}'))).toMatchObject({
      status: 415,
      expected: 'gzip, or no Content-Encoding',
    })
  })

  test('but names of encodings are in any case, and identity is plain', async () => {
    expect((await send('/v1/logs', 'GZIP', packed)).status).toBe(200)
    expect((await send('/v1/logs', 'identity', '{"resourceLogs":[]}')).status).toBe(200)
  })

  test('a route that unpacks nothing says so', async () => {
    expect(await errorOf(await send('/api/webhook/alertmanager', 'gzip', packed))).toMatchObject({
      status: 415,
      expected: 'no Content-Encoding',
    })
  })
})

describe('a body is JSON in UTF-8', () => {
  const deployed = (service: Uint8Array<ArrayBuffer> | Buffer<ArrayBuffer>, before = '') =>
    fetch(`${recorder.url}/api/deployments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Uint8Array.from([
        ...Buffer.from(`${before}{"version":"1","service":"`),
        ...service,
        ...Buffer.from('"}'),
      ]),
    })

  test('bytes of another encoding are refused, and not stored as another name', async () => {
    expect(await errorOf(await deployed(Buffer.from('caf\u00e9', 'latin1')))).toMatchObject({
      status: 400,
      expected: 'JSON in UTF-8',
    })
  })

  test('a byte order mark is no part of it', async () => {
    const response = await deployed(Buffer.from('caf\u00e9'), '\ufeff')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ deployment: { service: 'caf\u00e9' } })
  })

  test('half a surrogate pair is refused by what is wrong with it', async () => {
    expect(await errorOf(await deployed(Buffer.from('\\ud800')))).toMatchObject({
      status: 400,
      message: 'service: expected text of complete characters, without NUL',
    })
  })
})

test('a body that is refused unread costs no other request on the connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const big = Buffer.alloc(4 * 1_024 * 1_024, ' ')
  try {
    for (let n = 0; n < 5; n++) {
      expect(await post(agent, '/api/deployments', big)).toEqual({ status: 413, connection: 'close' })
      expect(await post(agent, '/v1/logs', Buffer.from('{}'))).toMatchObject({ status: 200 })
    }
  } finally {
    agent.destroy()
  }
})

test('a body that only says that it is too large is refused before it comes', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': 1_000_000_000 }
  const sent = request(`${recorder.url}/api/deployments`, { method: 'POST', headers })
  const status = new Promise((resolve, reject) => {
    sent.on('response', ({ statusCode }) => resolve(statusCode))
    sent.on('error', reject)
  })
  sent.flushHeaders()
  expect(await status).toBe(413)
  sent.destroy()
}, 10_000)

function post(agent: Agent, path: string, body: Buffer) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    let answered = false
    const sent = request(recorder.url + path, { method: 'POST', agent, headers }, (response) => {
      answered = true
      response.resume()
      response.on('end', () => {
        resolve({ status: response.statusCode, connection: response.headers.connection })
      })
    })
    // A server that has answered may cut off the rest of a body.
    sent.on('error', (error) => answered || reject(error))
    sent.end(body)
  })
}
