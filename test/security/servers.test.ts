import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import {
  findTools,
  freePort,
  loginHeaders,
  type ServerLogin,
  serverLogin,
  startAlertmanager,
  startPrometheus,
} from '@mnemoscope/servers'
import { eventually, startTogether, temporaryFolder } from '../harness/index.js'
import { toolsDir } from '../harness/repository.js'
import { gains } from './attack.js'
import { lifecycleAttacks, type MonitoringServers, serverAttacks } from './attacks/servers.js'

test('without the password nothing of Prometheus and Alertmanager can be read or changed', async () => {
  expect(await gainsOf(true)).toEqual({})
}, 60_000)

test('the same attacks succeed where the servers have no password', async () => {
  expect(Object.keys(await gainsOf(false))).toEqual(serverAttacks.map(({ name }) => name))
}, 60_000)

test('Prometheus scrapes both servers and sends its alerts with the password', async () => {
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()]
  const endpoints = {
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
  }
  await withServers(
    true,
    async ({ prometheus, alertmanager, login }) => {
      const ask = async (query: string) => {
        const headers = loginHeaders(login)
        const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query })}`, {
          headers,
        })
        return JSON.parse(await response.text()).data.result.length
      }
      await eventually('both targets', async () => (await ask('up == 1')) === 2)
      await eventually('an alert', async () => {
        const response = await fetch(`${alertmanager}/api/v2/alerts`, { headers: loginHeaders(login) })
        return JSON.parse(await response.text()).length === 1
      })
    },
    {
      ports: [prometheusPort, alertmanagerPort],
      prometheusFile: (login) =>
        generate(defineConfig({ scrapeInterval: '1s', alertCheckInterval: '1s' }), {
          endpoints,
          access: { login },
        }).get('prometheus/prometheus.yml') ?? '',
    },
  )
}, 60_000)

function gainsOf(isDefended: boolean): Promise<Record<string, string>> {
  return withServers(isDefended, (servers) => gains([...serverAttacks, ...lifecycleAttacks], servers))
}

interface Options {
  readonly ports: readonly [prometheus: number, alertmanager: number]
  readonly prometheusFile: (login: ServerLogin | undefined) => string
}

/** Runs both servers with a rule that always fires. */
async function withServers<T>(
  isDefended: boolean,
  use: (servers: MonitoringServers & { login: ServerLogin | undefined }) => Promise<T>,
  { ports, prometheusFile }: Options = { ports: [0, 0], prometheusFile: () => 'global: {}\n' },
): Promise<T> {
  const folder = temporaryFolder('security-servers')
  const stateDir = folder.path
  const login = isDefended ? serverLogin(stateDir) : undefined
  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  const file = (name: string, text: string) => {
    const path = join(stateDir, name)
    writeFileSync(path, text)
    return path
  }
  mkdirSync(join(stateDir, 'rules'))
  file('rules/always.yml', 'groups: [{ name: always, rules: [{ alert: Always, expr: vector(1) }] }]\n')
  const [prometheus, alertmanager] = await startTogether(
    startPrometheus({
      command: tools.prometheus.command,
      configFile: file('prometheus.yml', prometheusFile(login)),
      stateDir,
      port: ports[0],
      login,
      // The first alert is dropped: Prometheus has not found Alertmanager by then.
      alertResendDelay: '1s',
    }),
    startAlertmanager({
      command: tools.alertmanager.command,
      configFile: file('alertmanager.yml', 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n'),
      stateDir,
      port: ports[1],
      login,
    }),
  )
  try {
    return await use({ prometheus: prometheus.url, alertmanager: alertmanager.url, login })
  } finally {
    await Promise.all([prometheus.stop(), alertmanager.stop()])
    folder.remove()
  }
}
