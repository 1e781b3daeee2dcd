import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { ask } from '../../page/api.js'

let server: Server

afterEach(() => {
  jest.restoreAllMocks()
  server.closeAllConnections()
  server.close()
})

/** Lets the page ask a server that answers everything alike; it gives the addresses that were asked for. */
async function answeredWith(status: number | undefined, body = ''): Promise<readonly string[]> {
  const asked: string[] = []
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (status !== undefined) response.writeHead(status, { connection: 'close' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { fetch } = globalThis
  jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation((address, options) => fetch(new URL(String(address), origin), options))
  return asked
}

describe('a question of the page', () => {
  test('has the parameters of its path and query in the address, unset ones left out', async () => {
    const asked = await answeredWith(200, '{"episodes": []}')
    await ask('GET /api/episodes/{id}', { params: { id: '7' } })
    await ask('GET /api/episodes', { query: { hours: 6, model: 'a&b', service: undefined } })
    expect(asked).toEqual(['GET /api/episodes/7', 'GET /api/episodes?hours=6&model=a%26b'])
  })

  test('ends where no answer comes, so that the page asks again', async () => {
    await answeredWith(undefined)
    const soon = AbortSignal.timeout(1)
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(soon)
    await expect(ask('GET /api/dashboard')).rejects.toThrow('timeout')
  })

  test.each([
    [
      'says why it was refused and what to do',
      400,
      '{"error": {"code": "REQUEST_INVALID", "message": "query parameter hours: too large", "next": "Correct the parameter."}}',
      { message: 'query parameter hours: too large. Correct the parameter.', code: 'REQUEST_INVALID' },
    ],
    [
      'says the status of an answer that is not the recorder’s',
      418,
      '<html>',
      { message: 'status 418, without a reason', code: undefined },
    ],
    ['says that a proxy gets no answer', 502, '<html>', { name: 'Error', message: 'a proxy answers 502' }],
  ])('%s', async (_, status, body, error) => {
    await answeredWith(status, body)
    await expect(ask('GET /api/dashboard')).rejects.toMatchObject(error)
  })

  test('takes "not ready" for the answer that it is', async () => {
    await answeredWith(503, '{"ready": false, "problems": ["Postgres: no answer"], "last_healthy_at": null}')
    expect((await ask('GET /readyz')).problems).toEqual(['Postgres: no answer'])
  })
})
