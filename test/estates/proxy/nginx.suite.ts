import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as plainRequest, type Server } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type { AuditedRequest } from '@mnemoscope/recorder'
import { freePort, type ServerProcess } from '@mnemoscope/servers'
import { newKey } from '../../../packages/recorder/src/http/key-file.js'
import { startTestRecorder, type TestRecorder } from '../../../packages/recorder/test/plumbing/recorder.js'
import { describeSeeded } from '../../browser/seeded-page.js'
import { seededTests } from '../../browser/seeded-tests.js'
import { findDebianProgram } from '../../harness/debian-program.js'
import { eventually } from '../../harness/eventually.js'
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

  const asked = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    askedOver(tlsPort, certificates, path, method, headers)
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
    const audit = () => asked('/memory/api/audit', 'GET', { authorization: 'Bearer of-my-own' })
    // nginx adds the address that it sees, 127.0.0.1, which is trusted here: the one before is the sender's.
    await eventually('the refusal in the audit log', async () =>
      (await entriesOf(audit())).some(({ allowed, sender }) => !allowed && sender === '203.0.113.7'),
    )
  })
})

describe('people who sign in at an nginx', () => {
  const folder = temporaryFolder('nginx')
  const key = newKey({ name: 'proxy', scopes: ['read', 'acknowledge', 'configure'] })
  const owner = newKey({ name: 'owner', scopes: ['configure'] })
  let certificates: Certificates
  let recorder: TestRecorder
  let nginx: ServerProcess
  let signsIn: Server
  let tlsPort: number

  beforeAll(async () => {
    const program = await foundNginx()
    certificates = await makeCertificates(folder.path, 'nobody')
    const port = await freePort()
    tlsPort = await freePort()
    signsIn = await startSignIn()
    const config = defineConfig({
      endpoints: { page: `https://localhost:${tlsPort}/memory` },
      proxySignIn: {
        key: 'proxy',
        everybody: ['read'],
        users: { 'ann@example.org': ['configure'] },
        groups: { 'on-call': ['configure'] },
      },
    })
    recorder = await startTestRecorder({
      config,
      keys: () => [key.key, owner.key],
      trustProxies: ['127.0.0.1'],
    })
    const { serverCertificate: certificate, serverKey } = certificates
    const address = `http://127.0.0.1:${(signsIn.address() as AddressInfo).port}`
    nginx = await startNginx(program, {
      ...{ folder: folder.path, port, tlsPort, certificate, key: serverKey, recorder: recorder.url },
      people: { address, key: key.text },
    })
  }, 120_000)

  afterAll(async () => {
    await nginx?.stop()
    await recorder?.stop()
    signsIn?.close()
    folder.remove()
  }, 60_000)

  const asked = (path: string, method: string, headers: Record<string, string>, body?: string) =>
    askedOver(tlsPort, certificates, path, method, headers, body)
  const origin = () => `https://localhost:${tlsPort}`
  const cookie = (person: string) => ({ cookie: `_oauth2_proxy=${person}` })
  const deployment = JSON.stringify({ service: 'memory', version: '1.2.3' })
  const reported = (headers: Record<string, string>, from = origin()) =>
    asked(
      '/memory/api/deployments',
      'POST',
      { 'content-type': 'application/json', origin: from, ...headers },
      deployment,
    )
  const statusOf = async (answer: Promise<IncomingMessage>) => (await answer).statusCode

  test('are led there, and read what everybody may', async () => {
    const first = await asked('/memory/api/dashboard', 'GET', {})
    expect([first.statusCode, new URL(first.headers.location ?? '', 'https://localhost').pathname]).toEqual([
      302,
      '/oauth2/sign_in',
    ])
    expect(await statusOf(asked('/memory/api/dashboard', 'GET', cookie('ben')))).toBe(200)
    expect(await statusOf(asked('/memory/', 'GET', cookie('ben')))).toBe(200)
  })

  test('change what they and their groups may, in their names', async () => {
    expect(await statusOf(reported(cookie('ann@example.org')))).toBe(200)
    expect(await statusOf(reported(cookie('cat on-call')))).toBe(200)
    expect(await statusOf(reported(cookie('ben')))).toBe(403)
    const newest = () =>
      entriesOf(asked('/memory/api/audit', 'GET', { ...cookie('ann@example.org'), origin: origin() }))
    await eventually('all in the audit log', async () => (await newest()).length === 3)
    expect((await newest()).map(({ by, allowed }) => [by, allowed])).toEqual([
      ['proxy:ben', false],
      ['proxy:cat', true],
      ['proxy:ann@example.org', true],
    ])
  })

  test('are who the proxy says, whatever their browsers say', async () => {
    const claimed = { 'x-forwarded-user': 'ann@example.org', 'x-forwarded-groups': 'on-call' }
    expect(await statusOf(reported({ ...cookie('ben'), ...claimed }))).toBe(403)
  })

  test('change nothing from a page of another site, or without any page', async () => {
    expect(await statusOf(reported(cookie('ann@example.org'), 'https://other.example'))).toBe(403)
    const withoutOrigin = { 'content-type': 'application/json', ...cookie('ann@example.org') }
    expect(await statusOf(asked('/memory/api/deployments', 'POST', withoutOrigin, deployment))).toBe(403)
  })

  test.each([
    ['without the key', '127.0.0.1', '', 401],
    ['with another key', '127.0.0.1', owner.text, 403],
    ['with the key, but at another address', '127.0.0.2', key.text, 403],
  ])('are nobody for a program beside the proxy %s', async (_, localAddress, sent, expected) => {
    const headers = {
      'x-forwarded-user': 'ann@example.org',
      ...(sent && { authorization: `Bearer ${sent}` }),
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const path = `${recorder.url}/api/dashboard`
      plainRequest(path, { localAddress, headers }, resolve).once('error', reject).end()
    })
    answer.resume()
    expect(answer.statusCode).toBe(expected)
  })
})

async function entriesOf(answer: Promise<IncomingMessage>): Promise<readonly AuditedRequest[]> {
  return JSON.parse(await text(await answer)).entries
}

/** Signs in who has a cookie with a name, and perhaps a group, as oauth2-proxy answers `auth_request` of nginx. */
function startSignIn(): Promise<Server> {
  const server = createServer(({ headers }, response) => {
    const [person, group] = /_oauth2_proxy=([^;]+)/.exec(headers.cookie ?? '')?.[1]?.split(' ') ?? []
    if (person !== undefined) response.setHeader('x-auth-request-email', person)
    if (group !== undefined) response.setHeader('x-auth-request-groups', `staff,${group}`)
    response.writeHead(person === undefined ? 401 : 202).end()
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function askedOver(
  port: number,
  { ca }: Certificates,
  path: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      host: 'localhost',
      port,
      path,
      method,
      ca: readFileSync(ca),
      servername: 'localhost',
      headers,
    }
    request(options, resolve).once('error', reject).end(body)
  })
}
