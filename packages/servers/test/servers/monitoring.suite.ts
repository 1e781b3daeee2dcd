import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { freePort } from '../../src/ports.js'
import { identify, isRunning } from '../../src/process/identity.js'
import { endLeftovers } from '../../src/process/leftovers.js'
import { serverAt } from '../../src/process/server-at.js'
import { waitUntil } from '../../src/process/wait-until.js'
import { startAlertmanager } from '../../src/servers/alertmanager.js'
import { startPrometheus } from '../../src/servers/prometheus.js'
import type { RunningServer } from '../../src/servers/server.js'
import { findTools } from '../../src/tools/find-tool.js'
import type { FoundTool } from '../../src/tools/tool.js'
import { buildPackage, killParent, startParent } from '../fixtures/parent.js'
import { stateDir, toolsDir } from '../fixtures/state-dir.js'

jest.setTimeout(180_000)

let tools: Record<'prometheus' | 'alertmanager' | 'amtool', FoundTool>
let state: ReturnType<typeof stateDir>
let running: RunningServer[]
let prometheusFile: string
let alertmanagerFile: string

beforeAll(async () => {
  buildPackage()
  tools = await findTools(['prometheus', 'alertmanager', 'amtool'], { toolsDir })
})
beforeEach(() => {
  state = stateDir()
  running = []
  prometheusFile = join(state.path, 'prometheus.yml')
  alertmanagerFile = join(state.path, 'alertmanager.yml')
  writeFileSync(prometheusFile, 'global: { scrape_interval: 1s }\n')
  writeFileSync(alertmanagerFile, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
})
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  await endLeftovers(state.path)
  state.remove()
})

const prometheus = async (port = 0) => {
  const { command } = tools.prometheus
  const server = await startPrometheus({
    command,
    configFile: prometheusFile,
    stateDir: state.path,
    port,
    retention: '30d',
    alertResendDelay: '5s',
  })
  running.push(server)
  return server
}
const alertmanager = async (port = 0, more: { externalUrl?: string } = {}) => {
  const { command } = tools.alertmanager
  const server = await startAlertmanager({
    command,
    configFile: alertmanagerFile,
    stateDir: state.path,
    port,
    retention: '48h',
    ...more,
  })
  running.push(server)
  return server
}
const json = async (url: string) => (await (await fetch(url)).json()) as { data: Record<string, string> }

describe('startPrometheus', () => {
  test('runs with the given limits, and keeps its samples over a restart', async () => {
    const port = await freePort()
    const itself = `[{ job_name: itself, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]`
    appendFileSync(prometheusFile, `scrape_configs: ${itself}\n`)
    const first = await prometheus(port)
    const { data } = await json(`${first.url}/api/v1/status/flags`)
    expect(data).toMatchObject({ 'query.max-samples': '10000000', 'rules.alert.resend-delay': '5s' })
    const scraped = async () =>
      JSON.stringify(await json(`${first.url}/api/v1/query?query=up`)).includes('itself')
    expect(await waitUntil(scraped, 20_000)).toBe(true)
    const then = Date.now() / 1000
    await first.stop()
    const second = await prometheus(port)
    const kept = await json(`${second.url}/api/v1/query?query=up&time=${then}`)
    expect(JSON.stringify(kept)).toContain('itself')
  })

  test('is reloaded by a signal, through the address at which it was started in this folder', async () => {
    const { url } = await prometheus()
    appendFileSync(prometheusFile, 'scrape_configs: [{ job_name: reloaded }]\n')
    serverAt(state.path, 'prometheus', url)?.reload()
    const reloaded = async () =>
      JSON.stringify(await json(`${url}/api/v1/status/config`)).includes('reloaded')
    expect(await waitUntil(reloaded, 10_000)).toBe(true)
    expect(serverAt(state.path, 'prometheus', 'http://127.0.0.1:1')).toBeUndefined()
    expect(serverAt(state.path, 'alertmanager', url)).toBeUndefined()
    expect(serverAt(join(state.path, 'other'), 'prometheus', url)).toBeUndefined()
  })

  test('can neither be read by a page of another site, nor ended or reloaded over HTTP', async () => {
    const { url } = await prometheus()
    for (const origin of ['https://example.com', 'null', 'http://localhost:1']) {
      const answer = await fetch(`${url}/api/v1/status/config`, { headers: { origin } })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
    for (const path of ['quit', 'reload']) {
      expect((await fetch(`${url}/-/${path}`, { method: 'POST' })).status).toBe(403)
    }
    expect((await fetch(`${url}/-/ready`)).status).toBe(200)
  })

  test('and Alertmanager have no secret of this process in their environment', async () => {
    process.env.MNEMOSCOPE_TOKEN = 'canary'
    process.env.AWS_SECRET_ACCESS_KEY = 'canary'
    try {
      const pids = [await prometheus(), await alertmanager()].map(({ pid }) => pid)
      for (const pid of process.platform === 'linux' ? pids : []) {
        expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('canary')
      }
    } finally {
      delete process.env.MNEMOSCOPE_TOKEN
      delete process.env.AWS_SECRET_ACCESS_KEY
    }
  })

  test('does not share its data directory', async () => {
    await prometheus()
    const other = startPrometheus({
      command: tools.prometheus.command,
      configFile: prometheusFile,
      stateDir: join(state.path, 'other'),
      dataDir: join(state.path, 'prometheus'),
      port: 0,
    })
    await expect(other).rejects.toMatchObject({
      code: 'PROCESS_ENDED',
      message: expect.stringContaining('lock'),
    })
  })

  test('says with the last lines of the log what its configuration does wrong', async () => {
    writeFileSync(prometheusFile, 'no_such_key: 1\n')
    await expect(prometheus()).rejects.toMatchObject({
      code: 'PROCESS_ENDED',
      message: expect.stringContaining('no_such_key'),
    })
  })

  test('names a port that is in use', async () => {
    const port = await freePort()
    await alertmanager(port)
    await expect(prometheus(port)).rejects.toMatchObject({ code: 'PORT_IN_USE', value: port })
  })
})

describe('startAlertmanager', () => {
  test('takes its port again from one that is still stopping after its owner was killed', async () => {
    const options = {
      command: tools.alertmanager.command,
      configFile: alertmanagerFile,
      stateDir: state.path,
      port: await freePort(),
    }
    const { parent, pids } = await startParent([{ call: 'startAlertmanager', options }])
    process.kill(pids[0] as number, 'SIGSTOP') // still there, and listening, until the next start lets it end
    await killParent(parent)
    const next = alertmanager(options.port)
    process.kill(pids[0] as number, 'SIGCONT')
    expect((await next).port).toBe(options.port)
  })

  test('runs with the templates of its package, from any working directory', async () => {
    const { url } = await alertmanager()
    const status = await (await fetch(`${url}/api/v2/status`)).json()
    expect(status).toMatchObject({ cluster: { status: 'disabled' } })
  })

  test('says with the last lines of the log what its configuration does wrong', async () => {
    writeFileSync(alertmanagerFile, 'route: { receiver: somebody }\n')
    await expect(alertmanager()).rejects.toMatchObject({
      code: 'PROCESS_ENDED',
      message: expect.stringContaining('somebody'),
    })
  })

  test('answers at its own address whatever the one is that people use', async () => {
    const { url } = await alertmanager(0, { externalUrl: 'https://alerts.example/here' })
    expect((await fetch(`${url}/-/ready`)).status).toBe(200)
  })
})

test('when our process is killed, all three servers end, and the next start finds their data and ports', async () => {
  const common = { stateDir: state.path }
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const calls = [
    { call: 'startPostgres', options: { ...common, port: ports[0] } },
    {
      call: 'startPrometheus',
      options: { ...common, port: ports[1], command: tools.prometheus.command, configFile: prometheusFile },
    },
    {
      call: 'startAlertmanager',
      options: {
        ...common,
        port: ports[2],
        command: tools.alertmanager.command,
        configFile: alertmanagerFile,
      },
    },
  ] as const
  const first = await startParent(calls)
  const identities = first.pids.map((pid) => identify(pid))
  expect(identities.every((identity) => identity !== undefined && isRunning(identity))).toBe(true)
  await killParent(first.parent)
  // At once, while the servers are still stopping: the next start waits for them.
  const second = await startParent(calls)
  expect(identities.some((identity) => identity !== undefined && isRunning(identity))).toBe(false)
  await killParent(second.parent)
  expect(await waitUntil(() => second.pids.every((pid) => identify(pid) === undefined), 20_000)).toBe(true)
})
