import { request } from 'node:http'
import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { anyRoutes } from '../../src/api/routes.js'
import { assertHost, knownHosts } from '../../src/http/hosts.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

const known = knownHosts(
  ['http://recorder.monitoring.svc:9470', 'http://127.0.0.1:9470', undefined],
  ['Recorder'],
)

test.each([
  '127.0.0.1:9470',
  'localhost:9470',
  'app.localhost',
  '[::1]:9470',
  '10.1.2.3',
  `${hostname()}:9470`,
  'recorder:9470',
  'recorder.monitoring.svc:9470',
])('a request for %s is answered', (host) => {
  expect(() => assertHost({ host, origin: undefined }, known)).not.toThrow()
})

test.each([
  'rebound.example:9470',
  '127.0.0.1.rebound.example',
  'localhost.rebound.example',
  'recorder.rebound.example',
  '127.0.0.1@rebound.example',
  'rebound.example#127.0.0.1',
  '127.0.0.1/rebound.example',
  '',
  undefined,
])('a request for %s is refused', (host) => {
  expect(() => assertHost({ host, origin: undefined }, known)).toThrow(
    expect.objectContaining({ code: 'HOST_REFUSED' }),
  )
})

test.each([
  ['http://127.0.0.1:9470', true],
  ['https://recorder.monitoring.svc', true],
  ['http://127.0.0.1:3000', false],
  ['http://localhost:9470', false],
  ['https://rebound.example', false],
  ['null', false],
  ['', false],
])('a request from a page of %s is answered: %s', (origin, isAnswered) => {
  const attempt = () => assertHost({ host: '127.0.0.1:9470', origin }, known)
  if (isAnswered) expect(attempt).not.toThrow()
  else expect(attempt).toThrow(expect.objectContaining({ code: 'HOST_REFUSED' }))
})

describe('a recorder', () => {
  let recorder: TestRecorder
  beforeAll(async () => {
    const config = defineConfig({ endpoints: { recorder: 'http://configured:9470' } })
    recorder = await startTestRecorder({ config, allowHosts: ['given'] })
  }, 60_000)
  afterAll(() => recorder?.stop(), 60_000)

  const paths = [
    '/',
    '/page/main.js',
    '/nothing/here',
    ...anyRoutes.map(({ path }) => path.replaceAll(/\{\+?\w+\}/g, '1')),
  ]

  test.each([...new Set(paths)])(
    'answers no method of %s for the name of another site, or to its page',
    async (path) => {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
        expect(await statusOf(path, method, { host: 'rebound.example' })).toBe(403)
        expect(await statusOf(path, method, { origin: 'http://rebound.example' })).toBe(403)
      }
    },
  )

  test.each(['configured:9470', 'given', 'localhost', `[::1]:9470`])(
    'answers for its name %s',
    async (host) => {
      expect(await statusOf('/healthz', 'GET', { host })).toBe(200)
    },
  )

  test('stores no alert for the name of another site', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'MnemoscopeForged' },
      startsAt: new Date().toISOString(),
    }
    const body = JSON.stringify({ version: '4', status: 'firing', alerts: [alert] })
    expect(await statusOf('/api/webhook/alertmanager', 'POST', { host: 'rebound.example' }, body)).toBe(403)
    const { rows } = await recorder.pool.query('SELECT count(*)::int AS n FROM alert_episodes')
    expect(rows).toEqual([{ n: 0 }])
  })

  function statusOf(
    path: string,
    method: string,
    headers: Record<string, string>,
    body = '',
  ): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const all = { 'content-type': 'application/json', ...headers }
      const call = request(`${recorder.url}${path}`, { method, headers: all }, (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode))
      })
      call.once('error', reject)
      call.end(body)
    })
  }
})
