import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { byteBudget } from '../../src/http/budget.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

const mebibyte = 1_024 * 1_024
const headers = { 'content-type': 'application/json' }
const notification = '{"version": "4", "alerts": []}'

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder()
}, 60_000)
afterAll(() => recorder?.stop(), 60_000)

test('what is taken is left no more until it is given back', () => {
  const budget = byteBudget(10)
  budget.take(7)
  expect(() => budget.take(4)).toThrow(expect.objectContaining({ code: 'RECORDER_BUSY' }))
  budget.take(3)
  budget.give(7)
  budget.take(7)
})

/** Begins a request and does not end it. */
function begin(path: string, more: Record<string, string>): ClientRequest {
  const call = request(`${recorder.url}${path}`, { method: 'POST', headers: { ...headers, ...more } })
  call.on('error', () => undefined)
  return call
}

const post = (path: string, body: RequestInit['body']) =>
  fetch(`${recorder.url}${path}`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)

test('requests that only say that they are large hold no memory, and nobody has to wait', async () => {
  const calls = Array.from({ length: 8 }, () =>
    begin('/v1/logs', { 'content-length': String(16 * mebibyte) }),
  )
  await Promise.all(
    calls.map(async (call) => {
      if (!call.write(' ')) await once(call, 'drain')
    }),
  )
  for (let n = 0; n < 20; n++) {
    expect((await post('/v1/logs', '{"resourceLogs": []}')).status).toBe(200)
    expect((await post('/api/webhook/alertmanager', notification)).status).toBe(200)
  }
  for (const call of calls) call.destroy()
})

test('requests whose bytes came fill the memory; others come again later, but notifications are stored', async () => {
  const calls = Array.from({ length: 3 }, () => begin('/v1/logs', { 'transfer-encoding': 'chunked' }))
  // Three of the largest fill the 48 MiB to a byte, and a byte of the requests before may still be held.
  for (const call of calls) {
    if (!call.write(Buffer.alloc(16 * mebibyte - 1_024, ' '))) await once(call, 'drain')
  }
  const large = `{"resourceLogs": []${' '.repeat(8 * 1_024)}}`
  const refused = await waitFor(async () => {
    const response = await post('/v1/logs', large)
    const body = await response.json()
    return response.status === 503 && { retryAfter: response.headers.get('retry-after'), body }
  })
  expect(refused).toMatchObject({
    retryAfter: '5',
    body: { error: { code: 'RECORDER_BUSY', next: expect.any(String) } },
  })
  expect((await post('/api/webhook/alertmanager', notification)).status).toBe(200)
  for (const call of calls) call.destroy()
  await waitFor(async () => (await post('/v1/logs', large)).status === 200)
})
