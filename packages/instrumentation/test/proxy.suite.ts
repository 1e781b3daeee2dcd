import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { eventually } from '../../../test/harness/eventually.js'
import { monitors } from './monitored.js'

// Only the proxy knows this host, as in a network without a way out.
const host = 'otel.internal.example'

const { start, warnings } = monitors()
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-proxy-'))
const received: string[] = []
/** What was asked of the proxy: tunnels and addresses. */
const asked: string[] = []
let [plain, secure, proxy]: Server[] = []
const portOf = (server: Server | undefined) => (server?.address() as AddressInfo | undefined)?.port ?? 0

beforeAll(async () => {
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync(
    'openssl',
    ['req', '-x509', ...key, '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', ...subject],
    { cwd: folder, stdio: 'ignore' },
  )
  const answer: Parameters<typeof createServer>[1] = (incoming, response) => {
    incoming.resume()
    received.push(`${incoming.method} ${incoming.url}`)
    response.end('{}')
  }
  plain = createServer(answer)
  const [cert, keyText] = ['cert.pem', 'key.pem'].map((name) => readFileSync(join(folder, name)))
  secure = createSecureServer({ cert, key: keyText }, answer)
  proxy = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '')
    asked.push(`${incoming.method} ${new URL(incoming.url ?? '').host}`)
    const { method, headers } = incoming
    incoming.pipe(
      request({ port: portOf(plain), path: pathname, method, headers }, (given) => {
        response.writeHead(given.statusCode ?? 500, given.headers)
        given.pipe(response)
      }),
    )
  })
  proxy.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const through = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
    for (const each of [socket, through]) each.on('error', () => each.destroy())
  })
  for (const server of [plain, secure, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
}, 60_000)

afterAll(() => {
  for (const server of [plain, secure, proxy]) {
    server?.closeAllConnections()
    server?.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'OTEL_EXPORTER_OTLP_CERTIFICATE']
afterEach(() => {
  for (const name of variables) delete process.env[name]
  received.length = 0
  asked.length = 0
})

async function measured(options: Parameters<typeof start>[0], isReady = () => true) {
  const config = defineConfig({ instrumentation: { measurementSampling: 1 } })
  const monitor = await start({ endpoint: false, config, ...options })
  monitor.for({ model: 'm', contextSize: 8_192 }).latency.record(0.5)
  await eventually('what is sent at once', isReady)
  await monitor.stop()
}

test.each(['http', 'https'])('a push by %s goes through the proxy of the environment', async (scheme) => {
  process.env[`${scheme.toUpperCase()}_PROXY`] = `http://127.0.0.1:${portOf(proxy)}`
  process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = join(folder, 'cert.pem')
  await measured({ otlp: { url: `${scheme}://${host}/v1/metrics` } })
  expect(warnings).toEqual([])
  expect(received).toEqual(['POST /v1/metrics'])
  expect(asked).toEqual([scheme === 'https' ? `CONNECT ${host}:443` : `POST ${host}`])
})

test('measurements and questions to the recorder go through it', async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`
  const question = 'GET /api/instrumentation-config'
  await measured({ recorder: `http://${host}:9470` }, () => received.includes(question))
  expect(received).toContain('POST /v1/logs')
  expect(asked).toEqual(received.map((each) => `${each.split(' ')[0]} ${host}:9470`))
})

test('what NO_PROXY names does not, and a warning names the address that cannot be reached', async () => {
  process.env.HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`
  process.env.NO_PROXY = '.internal.example'
  await measured({ otlp: { url: `http://${host}/v1/metrics` } })
  expect(asked).toEqual([])
  expect(warnings).toMatchObject([{ code: 'OTLP_FAILED', message: expect.stringContaining(host) }])
})

test('an invalid proxy is a warning with the reason', async () => {
  process.env.HTTP_PROXY = 'http://[nowhere'
  await measured({ otlp: { url: `http://${host}/v1/metrics` } })
  expect(warnings).toMatchObject([{ code: 'OTLP_FAILED', message: expect.stringMatching(/Invalid URL/) }])
})
