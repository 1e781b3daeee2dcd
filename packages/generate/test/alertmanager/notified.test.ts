import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { type RunningServer, startAlertmanager } from '@mnemoscope/servers'
import { generate } from '../../src/generate.js'
import { toolCommand } from '../promtool.js'

interface Notification {
  readonly receiver: string
  readonly status: string
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

const notifications: Notification[] = []
let hook: Server
let folder: string
let running: RunningServer

const telling = (name: string, severity?: string) =>
  notifications.filter(
    ({ receiver, alerts }) =>
      receiver === 'team' &&
      alerts.some(
        ({ labels }) => labels.alertname === name && (severity ?? labels.severity) === labels.severity,
      ),
  )

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function raise(...alerts: Readonly<Record<string, string>>[]): Promise<void> {
  const body = JSON.stringify(alerts.map((labels) => ({ labels })))
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${running.url}/api/v2/alerts`, { method: 'POST', headers, body })
  expect(status).toBe(200)
}

beforeAll(async () => {
  hook = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      notifications.push(JSON.parse(Buffer.concat(chunks).toString()))
      response.end()
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`
  const alerting: ConfigInput['alerting'] = {
    groupInterval: '1s',
    repeatInterval: '1h',
    cooldown: { error: { repeatInterval: '1s' } },
    muteTimes: { always: [{ times: [{ start: '00:00', end: '24:00' }] }] },
    receivers: { team: { webhook: { url } }, asleep: { webhook: { url }, mute: ['always'] } },
  }
  folder = await mkdtemp(join(tmpdir(), 'mnemoscope-notified-'))
  const configFile = join(folder, 'alertmanager.yml')
  const config = defineConfig({ alerting, endpoints: { recorder: url } })
  await writeFile(configFile, generate(config).get('alertmanager/alertmanager.yml') as string)
  running = await startAlertmanager({
    command: await toolCommand('alertmanager'),
    configFile,
    stateDir: folder,
    port: 0,
  })
})

afterAll(async () => {
  await running?.stop()
  await new Promise((resolve) => hook.close(resolve))
  await rm(folder, { recursive: true })
})

const breach = {
  alertname: 'A',
  severity: 'critical',
  kpi: 'latency',
  job: 'memory',
  model: 'm',
  context_size: '8192',
  operation: 'search',
}

describe('a real Alertmanager', () => {
  test('sends one notification for 100 equal breaches', async () => {
    for (let i = 0; i < 100; i++) await raise(breach)
    await until(() => telling('A').length > 0)
    for (let i = 0; i < 100; i++) await raise(breach)
    // Whatever another alert's notification leaves behind has been flushed for this one, too.
    await raise({ ...breach, alertname: 'B', model: 'other' })
    await until(() => telling('B').length > 0)
    expect(telling('A')).toHaveLength(1)
  })

  test('sends nothing to a receiver in its mute times, and everything to the others', async () => {
    await raise({ ...breach, alertname: 'E', model: 'fifth' })
    await until(() => telling('E').length > 0)
    // Whatever another alert's notification leaves behind has been flushed for this one, too.
    await raise({ ...breach, alertname: 'F', model: 'sixth' })
    await until(() => telling('F').length > 0)
    const told = (name: string) =>
      notifications
        .filter(({ alerts }) => alerts.some(({ labels }) => labels.alertname === name))
        .map(({ receiver }) => receiver)
    expect([...new Set(told('E'))].sort()).toEqual(['mnemoscope-recorder', 'team'])
  })

  test('sends a level again after the cooldown of that level', async () => {
    await raise({ ...breach, alertname: 'C', severity: 'error', model: 'third' })
    await until(() => telling('C').length > 1)
    expect(telling('A')).toHaveLength(1)
  })

  test('sends only the worst level at the same service, model, size and operation', async () => {
    const at = (severity: string, place = {}) => ({
      ...breach,
      alertname: 'D',
      model: 'fourth',
      severity,
      ...place,
    })
    await raise(
      at('critical'),
      at('error'),
      at('warning'),
      at('error', { job: 'another' }),
      at('warning', { context_size: '4096' }),
      at('error', { operation: 'generate' }),
    )
    await until(() => telling('D').length >= 4)
    const told = telling('D').flatMap(({ alerts }) => alerts.map(({ labels }) => labels))
    expect(
      told
        .map(({ severity, job, context_size, operation }) =>
          [severity, job, context_size, operation].join(' '),
        )
        .sort(),
    ).toEqual([
      'critical memory 8192 search',
      'error another 8192 search',
      'error memory 8192 generate',
      'warning memory 4096 search',
    ])
  })
})
