import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { freePort, type ServerProcess } from '@mnemoscope/servers'
import { startTestRecorder, type TestRecorder } from '../../../packages/recorder/test/plumbing/recorder.js'
import { describeSeeded } from '../../browser/seeded-page.js'
import { seededTests } from '../../browser/seeded-tests.js'
import { findDebianProgram } from '../../harness/debian-program.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { type Certificates, makeCertificates } from '../postgres/certificates.js'
import { startNginx } from './nginx.js'

async function foundNginx() {
  const program = await findDebianProgram('nginx')
  if (!program.isThere) throw new Error(program.reason)
  return program
}

describeSeeded('the page behind nginx with a prefix', seededTests, async () => {
  const program = await foundNginx()
  const [port, tlsPort] = [await freePort(), await freePort()]
  const url = `http://localhost:${port}/memory`
  return {
    config: { endpoints: { page: url } },
    trustProxies: ['127.0.0.1'],
    async start(recorder) {
      const folder = temporaryFolder('nginx')
      const { serverCertificate: certificate, serverKey: key } = await makeCertificates(folder.path, 'nobody')
      const nginx = await startNginx(program, {
        ...{ folder: folder.path, port, tlsPort, certificate, key },
        recorder,
      })
      return {
        url,
        async stop() {
          await nginx.stop()
          folder.remove()
        },
      }
    },
  }
})

describe.each([
  ['removes the prefix', false],
  ['passes the prefix on', true],
])('an nginx with HTTPS that %s', (_, keepsPrefix) => {
  const folder = temporaryFolder('nginx')
  let certificates: Certificates
  let recorder: TestRecorder
  let nginx: ServerProcess
  let tlsPort: number

  beforeAll(async () => {
    const program = await foundNginx()
    certificates = await makeCertificates(folder.path, 'nobody')
    const port = await freePort()
    tlsPort = await freePort()
    const config = defineConfig({ endpoints: { page: `https://localhost:${tlsPort}/memory` } })
    recorder = await startTestRecorder({ config, token: 'of-my-own', trustProxies: ['127.0.0.1'] })
    const { serverCertificate: certificate, serverKey: key } = certificates
    nginx = await startNginx(program, {
      ...{ folder: folder.path, port, tlsPort, certificate, key, recorder: recorder.url, keepsPrefix },
    })
  }, 120_000)

  afterAll(async () => {
    await nginx?.stop()
    await recorder?.stop()
    folder.remove()
  }, 60_000)

  function asked(
    path: string,
    method = 'GET',
    headers: Record<string, string> = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = {
        host: 'localhost',
        port: tlsPort,
        path,
        method,
        ca: readFileSync(certificates.ca),
        servername: 'localhost',
        headers,
      }
      request(options, resolve).once('error', reject).end()
    })
  }
  const origin = () => `https://localhost:${tlsPort}`
  const signIn = (headers: Record<string, string>) =>
    asked('/memory/api/session', 'POST', { authorization: 'Bearer of-my-own', ...headers })

  test('leads to the page without a slash at the end, and from a used code of sign-in', async () => {
    const page = await asked('/memory')
    expect([301, 308]).toContain(page.statusCode)
    expect(new URL(page.headers.location ?? '', `${origin()}/memory`).pathname).toBe('/memory/')
    const { headers } = await asked('/memory/sign-in?code=used')
    expect(new URL(headers.location ?? '', `${origin()}/memory/sign-in`).href).toBe(`${origin()}/memory/`)
  })

  test('gets a cookie for the prefix and for HTTPS alone, which signs in', async () => {
    const { statusCode, headers } = await signIn({ origin: origin() })
    expect(statusCode).toBe(200)
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(/; Secure; SameSite=Strict; Path=\/memory\//)
    const sent = { cookie: cookie.split(';')[0] ?? '', origin: origin() }
    expect((await asked('/memory/api/dashboard', 'GET', sent)).statusCode).toBe(200)
    expect((await asked('/memory/api/dashboard')).statusCode).toBe(401)
  })

  test('is refused for a page of another site', async () => {
    expect((await signIn({ origin: 'https://other.example' })).statusCode).toBe(403)
    expect((await asked('/memory/', 'GET', { host: 'other.example' })).statusCode).toBe(403)
  })

  test('passes live updates on at once', async () => {
    const stream = await asked('/memory/api/events', 'GET', { authorization: 'Bearer of-my-own' })
    const startedMs = performance.now()
    const [first] = await new Promise<[Buffer]>((resolve) => stream.once('data', (data) => resolve([data])))
    expect(String(first)).toContain('event: hello')
    expect(performance.now() - startedMs).toBeLessThan(5_000)
    stream.destroy()
  })

  test('has runbooks whose links lead somewhere', async () => {
    const page = await asked('/memory/runbooks/latency.md')
    const html = await text(page)
    const links = [...html.matchAll(/(?:href|src)="([^"#]+)/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    )
    expect(links.length).toBeGreaterThan(4)
    for (const link of links) {
      const url = new URL(link, `${origin()}/memory/runbooks/latency.md`)
      if (url.origin !== origin()) continue
      expect([link, (await asked(`${url.pathname}${url.search}`)).statusCode]).toEqual([link, 200])
    }
  })

  test('leaves the address of who asked in the audit log', async () => {
    const wrong = { authorization: 'Bearer wrong', 'x-forwarded-for': '203.0.113.7' }
    expect((await asked('/memory/api/dashboard', 'GET', wrong)).statusCode).toBe(401)
    const answer = await asked('/memory/api/audit', 'GET', { authorization: 'Bearer of-my-own' })
    const { entries } = JSON.parse(await text(answer))
    // nginx adds the address that it sees, 127.0.0.1, which is trusted here: the one before is the sender's.
    expect(entries[0]).toMatchObject({ allowed: false, sender: '203.0.113.7' })
  })
})
