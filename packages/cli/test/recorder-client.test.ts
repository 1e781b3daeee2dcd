import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { MnemoscopeError } from '@mnemoscope/kpi'
import { ask } from '../src/recorder-client.js'

const answers: Record<string, { status: number; body: string; length?: number }> = {
  '/page': { status: 200, body: '<html>' },
  '/other': { status: 200, body: '{"status":"ok"}' },
  '/nothing': { status: 200, body: 'null' },
  '/cut': { status: 200, body: '{"summary":', length: 1_000 },
  '/bad': { status: 400, body: 'Bad Request' },
  '/long': { status: 502, body: 'x'.repeat(100_000) },
}
const server = createServer(({ url = '' }, response) => {
  const { status, body, length } = answers[url.replace(/\/api\/.*/, '')] ?? { status: 404, body: '' }
  response.writeHead(status, { 'content-length': length ?? body.length })
  response.write(body)
  if (length === undefined) response.end()
  else setImmediate(() => response.destroy())
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('an address that some other program answers', () => {
  test.each(Object.keys(answers))('%s is reported, with the next step', async (path) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
    const error = await ask(url, 'GET /api/dashboard', { has: 'open_alerts' }).then(
      () => undefined,
      (reason: MnemoscopeError) => reason,
    )
    expect(error).toMatchObject({ code: 'RECORDER_UNREACHABLE', value: url })
    expect(error?.message.length).toBeLessThan(500)
  })
})
