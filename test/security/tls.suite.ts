import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { type AddressInfo, connect as plainConnect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { createListener, defineConfig } from '@mnemoscope/kpi'
import { findTools, freePort, startAlertmanager, startProcess, startPrometheus } from '@mnemoscope/servers'
import pg from 'pg'
import { makeCertificates } from '../estates/postgres/certificates.js'
import { mnemoscope } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { typescript } from '../harness/figures.js'
import { openDatabases } from '../harness/postgres.js'
import { repository, toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

jest.setTimeout(180_000)

// Every listener with a certificate of a private authority, and all that asks them: Prometheus, Alertmanager, SDK and commands.
const folder = temporaryFolder('tls')
const inFolder = (...path: string[]) => join(folder.path, ...path)
const tls = ['--tls-cert', inFolder('server.crt'), '--tls-key', inFolder('server.key')]
const trusting = {
  NODE_EXTRA_CA_CERTS: inFolder('ca.crt'),
  MNEMOSCOPE_TOKEN: 'of-my-own',
  MNEMOSCOPE_CLIENT_CERT_FILE: inFolder('client.crt'),
  MNEMOSCOPE_CLIENT_KEY_FILE: inFolder('client.key'),
}
const stops: (() => unknown)[] = [folder.remove]
const ports = { recorder: 0, demo: 0, service: 0, closed: 0, prometheus: 0, alertmanager: 0 }
let pool: pg.Pool

beforeAll(async () => {
  await makeCertificates(folder.path, 'nobody')
  cpSync(inFolder('ca.crt'), inFolder('clients.crt'))
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort()
  const databases = await openDatabases()
  stops.push(databases.stop)
  const database = await databases.create()
  pool = new pg.Pool({ connectionString: database, max: 2 })
  stops.push(() => pool.end())
  const recorder = `https://localhost:${ports.recorder}`
  const clientCertificate = { certFile: inFolder('client.crt'), keyFile: inFolder('client.key') }
  const config = {
    scrapeInterval: '1s',
    alertCheckInterval: '1s',
    caFile: inFolder('ca.crt'),
    alerting: { recorderTokenFile: inFolder('token') },
    recorderScrapeTokenFile: inFolder('token'),
    recorderClientCertificate: clientCertificate,
    services: [
      {
        name: 'secured',
        scheme: 'https',
        targets: [`localhost:${ports.service}`],
        tokenFile: inFolder('token'),
      },
      {
        name: 'demo',
        scheme: 'https',
        targets: [`localhost:${ports.demo}`],
        tokenFile: inFolder('token'),
        clientCertificate,
      },
      {
        name: 'closed',
        scheme: 'https',
        targets: [`localhost:${ports.closed}`],
        tokenFile: inFolder('token'),
        clientCertificate,
      },
    ],
    endpoints: {
      recorder,
      prometheus: `http://127.0.0.1:${ports.prometheus}`,
      alertmanager: `http://127.0.0.1:${ports.alertmanager}`,
    },
  } as const
  writeFileSync(inFolder('token'), trusting.MNEMOSCOPE_TOKEN)
  writeFileSync(inFolder('mnemoscope.config.ts'), `export default ${JSON.stringify(config)}\n`)
  for (const [path, text] of generate(defineConfig(config), { ruleTests: false })) {
    mkdirSync(dirname(inFolder(path)), { recursive: true })
    writeFileSync(inFolder(path), text)
  }
  const start = async (name: string, args: string[], cwd: string, port: number, env = {}) => {
    const server = await startProcess({
      ...{ name, command: process.execPath, args, cwd, stateDir: folder.path, readyTimeoutMs: 60_000 },
      env: { ...process.env, ...trusting, NODE_OPTIONS: '', ...env },
      ready: async () => (await certificateAt(port)) !== undefined,
    })
    stops.push(server.stop)
  }
  const command = join(repository, 'packages/cli/bin/mnemoscope.js')
  await start(
    'record',
    [
      ...[command, 'record', ...tls, '--tls-client-ca', inFolder('clients.crt')],
      ...['--port', String(ports.recorder)],
    ],
    folder.path,
    ports.recorder,
    {
      DATABASE_URL: database,
    },
  )
  await start(
    'demo',
    [
      ...[command, 'demo', '--serve', ...tls, '--port', String(ports.demo)],
      ...['--scrape-token-file', inFolder('token'), '--tls-client-ca', inFolder('clients.crt')],
    ],
    folder.path,
    ports.demo,
  )
  const service = [
    String(ports.service),
    inFolder('server.crt'),
    inFolder('server.key'),
    recorder,
    inFolder('token'),
  ]
  await start('service', typescript('test/security/tls-service.ts', ...service), repository, ports.service)
  const closed = [String(ports.closed), ...service.slice(1), inFolder('clients.crt')]
  await start('closed', typescript('test/security/tls-service.ts', ...closed), repository, ports.closed, {
    OTEL_EXPORTER_OTLP_ENDPOINT: await startReceiver(),
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: inFolder('client.crt'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: inFolder('client.key'),
    OTEL_METRIC_EXPORT_INTERVAL: '500',
  })
  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  const alertmanager = await startAlertmanager({
    command: tools.alertmanager.command,
    configFile: inFolder('alertmanager/alertmanager.yml'),
    stateDir: folder.path,
    port: ports.alertmanager,
  })
  stops.push(alertmanager.stop)
  const prometheus = await startPrometheus({
    command: tools.prometheus.command,
    configFile: inFolder('prometheus/prometheus.yml'),
    stateDir: folder.path,
    port: ports.prometheus,
    alertResendDelay: '1s',
  })
  stops.push(prometheus.stop)
})

const pushes: (string | undefined)[] = []

/** A receiver of OTLP that asks for certificates. @returns its address */
async function startReceiver(): Promise<string> {
  const [certFile, keyFile] = [inFolder('server.crt'), inFolder('server.key')]
  const receiver = createListener(
    { tls: { certFile, keyFile, clientCaFile: inFolder('ca.crt') } },
    (request, response) => {
      pushes.push(request.url)
      request.resume().once('end', () => response.end('{}'))
    },
  )
  receiver.listen(0, 'localhost')
  await once(receiver, 'listening')
  stops.push(() => receiver.close())
  return `https://localhost:${(receiver.address() as AddressInfo).port}`
}

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

/** The certificate that a port of localhost shows; undefined while none does. */
function certificateAt(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ port, host: 'localhost', rejectUnauthorized: false }, () => {
      const { fingerprint256 } = socket.getPeerCertificate() as DetailedPeerCertificate
      socket.destroy()
      resolve(fingerprint256)
    })
    socket.on('error', () => resolve(undefined))
  })
}

test('Prometheus scrapes recorder, demo and service by the certificate of a private authority', async () => {
  const jobs = await eventually('all targets', async () => {
    const response = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/query?query=up==1`)
    const { data } = (await response.json()) as { data: { result: { metric: { job: string } }[] } }
    return data.result.length === 6 && data.result.map(({ metric }) => metric.job).sort()
  })
  expect(jobs).toEqual([
    ...[
      'closed',
      'demo',
      'mnemoscope-alertmanager',
      'mnemoscope-prometheus',
      'mnemoscope-recorder',
      'secured',
    ],
  ])
})

test('scrapes of recorder, demo and service are answered with the token only', async () => {
  const { MNEMOSCOPE_TOKEN } = trusting
  for (const port of [ports.recorder, ports.demo, ports.service]) {
    const statuses = []
    for (const authorization of ['', 'Bearer other', `Bearer ${MNEMOSCOPE_TOKEN}`]) {
      statuses.push((await askAt(port, 'GET', '/metrics', { authorization })).status)
    }
    expect(statuses).toEqual([401, 401, 200])
  }
})

/** The certificate of a client. @param folder where it lies */
const client = (folder = inFolder()) => ({
  cert: readFileSync(join(folder, 'client.crt')),
  key: readFileSync(join(folder, 'client.key')),
})

test('recorder, demo and service answer only with a certificate of the authority of the moment', async () => {
  const closed = [ports.recorder, ports.demo, ports.closed]
  const refused = closed.map(() => 'refused')
  const answered = closed.map(() => 200)
  const headers = { authorization: `Bearer ${trusting.MNEMOSCOPE_TOKEN}` }
  const scrape = (port: number, shown: Partial<ReturnType<typeof client>>) =>
    askAt(port, 'GET', '/metrics', headers, shown).then(
      ({ status }) => status,
      () => 'refused',
    )
  const all = (shown: Partial<ReturnType<typeof client>> = {}) =>
    Promise.all(closed.map((port) => scrape(port, shown)))
  const other = temporaryFolder('tls-client')
  try {
    await makeCertificates(other.path, 'nobody')
    expect(await all()).toEqual(refused)
    expect(await all(client(other.path))).toEqual(refused)
    expect(await all(client())).toEqual(answered)
    // What is no authority changes nothing; another one counts without a restart.
    writeFileSync(inFolder('clients.crt'), 'broken')
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    expect([await all(), await all(client())]).toEqual([refused, answered])
    cpSync(join(other.path, 'ca.crt'), inFolder('clients.crt'))
    await eventually('the other authority', async () =>
      (await all(client(other.path))).every((is) => is === 200),
    )
    expect(await all(client())).toEqual(refused)
  } finally {
    cpSync(inFolder('ca.crt'), inFolder('clients.crt'))
    other.remove()
  }
  await eventually('the first authority again', async () => (await all(client())).every((is) => is === 200))
})

test('Alertmanager notifies the recorder, and the SDK sends it measurements, over HTTPS and with a certificate', async () => {
  const alert = {
    labels: { alertname: 'MnemoscopeLatencyWarning', severity: 'warning', kpi: 'latency', job: 'x' },
  }
  await fetch(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  })
  await eventually('the episode and a measurement', async () => {
    const { rows } = await pool.query(
      "SELECT (SELECT count(*) FROM alert_episodes WHERE service = 'x') > 0 AND (SELECT count(*) FROM measurements WHERE service = 'secured') > 0 AS both",
    )
    return rows[0].both
  })
})

test('a push over OTLP shows the certificate of the standard variables', async () => {
  expect(await eventually('a push', () => pushes[0])).toBe('/v1/metrics')
})

test('commands ask the recorder over HTTPS, and refuse a certificate of an authority that they do not know', async () => {
  const trusted = await mnemoscope(folder.path, ['status'], trusting)
  expect(trusted.stdout).toContain(`https://localhost:${ports.recorder}/`)
  const unknown = await mnemoscope(folder.path, ['status'], { ...trusting, NODE_EXTRA_CA_CERTS: '' })
  expect(unknown.exitCode).not.toBe(0)
  expect(unknown.stderr).toMatch(
    /certificate of the recorder at \S+ is not trusted: [\s\S]+NODE_EXTRA_CA_CERTS/,
  )
  const without = { MNEMOSCOPE_CLIENT_CERT_FILE: '', MNEMOSCOPE_CLIENT_KEY_FILE: '' }
  const nobody = await mnemoscope(folder.path, ['status'], { ...trusting, ...without })
  expect(nobody.exitCode).not.toBe(0)
  expect(nobody.stderr).toMatch(/asks for a client certificate[\s\S]+MNEMOSCOPE_CLIENT_CERT_FILE/)
})

/** Status and headers of an answer, of a listener whose certificate has to be of the private authority. */
function askAt(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  shown: { cert?: Buffer; key?: Buffer } = client(),
) {
  return new Promise<{ status: number | undefined; cookie: string }>((resolve, reject) => {
    const options = { method, headers, ca: readFileSync(inFolder('ca.crt')), agent: false, ...shown }
    const asking = request(`https://localhost:${port}${path}`, options, (response) => {
      response.resume()
      response.once('end', () =>
        resolve({ status: response.statusCode, cookie: String(response.headers['set-cookie']) }),
      )
    })
    asking.once('error', reject).end()
  })
}

test('nothing is answered without TLS, and the cookie of the page is for HTTPS only', async () => {
  for (const port of [ports.recorder, ports.demo, ports.service]) {
    await expect(fetch(`http://localhost:${port}/metrics`)).rejects.toThrow()
  }
  const headers = { authorization: `Bearer ${trusting.MNEMOSCOPE_TOKEN}` }
  const origin = `https://localhost:${ports.recorder}`
  const { status, cookie } = await askAt(ports.recorder, 'POST', '/api/session', { ...headers, origin })
  expect([status, cookie]).toEqual([200, expect.stringMatching(/; Secure; SameSite=Strict;/)])
  const plainOrigin = { ...headers, origin: origin.replace('https', 'http') }
  expect((await askAt(ports.recorder, 'POST', '/api/session', plainOrigin)).status).toBe(403)
})

test('connections with TLS that are only held end where there are too many', async () => {
  let ended = 0
  const hold = (connecting: () => Socket) => {
    const socket = connecting()
    const held = { socket, isEnded: false, received: '' }
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => (held.received += chunk))
    socket.once('close', () => {
      held.isEnded = true
      ended++
    })
    return held
  }
  const address = { port: ports.recorder, host: '127.0.0.1' }
  // Each handshake takes its time: those that say nothing afterwards are few, and the others do not begin one.
  const secured = Array.from({ length: 40 }, () =>
    hold(() => connect({ ...address, ...client(), rejectUnauthorized: false })),
  )
  await Promise.all(secured.map(({ socket }) => once(socket, 'secureConnect')))
  const silent = Array.from({ length: 410 }, () => hold(() => plainConnect(address)))
  try {
    await eventually('the end of the surplus', () => ended >= 50, { everyMs: 20 })
    expect((await askAt(ports.recorder, 'GET', '/healthz')).status).toBe(200)
    expect(ended).toBeLessThan(100)
    // The oldest, and not by a limit of time, which is answered with 408.
    expect(secured.map(({ isEnded, received }) => [isEnded, received])).toEqual(secured.map(() => [true, '']))
  } finally {
    for (const { socket } of [...secured, ...silent]) socket.destroy()
  }
})

test('a renewed certificate is used without a restart, and a broken one is not', async () => {
  const listeners = [ports.recorder, ports.demo, ports.service]
  const shown = () => Promise.all(listeners.map(certificateAt))
  const before = await shown()
  cpSync(inFolder('server.key'), inFolder('old.key'))
  writeFileSync(inFolder('server.key'), 'broken')
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(await shown()).toEqual(before)
  const renewed = temporaryFolder('tls-renewed')
  try {
    await makeCertificates(renewed.path, 'nobody')
    for (const name of ['server.crt', 'server.key']) cpSync(join(renewed.path, name), inFolder(name))
    await eventually('the new certificate everywhere', async () => {
      const now = await shown()
      return now.every((each, i) => each !== undefined && each !== before[i])
    })
  } finally {
    renewed.remove()
  }
})
