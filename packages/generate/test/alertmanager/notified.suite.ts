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

type Labels = Readonly<Record<string, string>>

interface Notification {
  readonly receiver: string
  readonly status: string
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[]
}

const notifications: Notification[] = []
let hook: Server
let folder: string
let running: RunningServer

/** Messages to a receiver that hold an alert of this name. */
const sent = (name: string, to = 'team') =>
  notifications.filter(
    ({ receiver, alerts }) => receiver === to && alerts.some(({ labels }) => labels.alertname === name),
  )

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function raise(...alerts: Labels[]): Promise<void> {
  await post(alerts.map((labels) => ({ labels })))
}

async function end(...alerts: Labels[]): Promise<void> {
  const endsAt = new Date().toISOString()
  await post(alerts.map((labels) => ({ labels, endsAt })))
}

async function post(alerts: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(alerts)
  const { status } = await fetch(`${running.url}/api/v2/alerts`, { method: 'POST', headers, body })
  expect(status).toBe(200)
}

/** Waits for the message of another group: every earlier group has been flushed by then. */
async function flushed(name: string): Promise<void> {
  await raise({ ...breach, alertname: name, job: name })
  await until(() => sent(name).length > 0)
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
    groupWait: '1s',
    groupInterval: '1s',
    repeatInterval: '1h',
    muteTimes: { always: [{ times: [{ start: '00:00', end: '24:00' }] }] },
    receivers: {
      team: { webhook: { url } },
      asleep: { webhook: { url }, mute: ['always'] },
      again: { webhook: { url }, services: ['again'], cooldown: '1s' },
    },
  }
  folder = await mkdtemp(join(tmpdir(), 'mnemoscope-notified-'))
  const configFile = join(folder, 'alertmanager.yml')
  const services = [{ name: 'again', targets: ['127.0.0.1:9464'] }]
  const config = defineConfig({
    scrapeInterval: '1s',
    alertCheckInterval: '1s',
    alerting,
    services,
    endpoints: { recorder: url },
  })
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
  test('sends one message for 300 places of a service and KPI, and one when all have recovered', async () => {
    const places = Array.from({ length: 300 }, (_, i) => ({ ...breach, model: `m${i}` }))
    await raise(...places)
    await until(() => sent('A').length > 0)
    await raise(...places)
    await flushed('B')
    expect(sent('A').map(({ status, alerts }) => [status, alerts.length])).toEqual([['firing', 300]])
    await end(...places)
    await until(() => sent('A').length > 1)
    await flushed('B2')
    // Alertmanager takes one alert after another: a flush in between divides the ends into two messages.
    const ends = sent('A').slice(1)
    expect(ends.length).toBeLessThanOrEqual(2)
    expect(ends.at(-1)?.status).toBe('resolved')
    const ended = ends.flatMap(({ alerts }) => alerts.filter(({ status }) => status === 'resolved'))
    expect(ended.map(({ labels }) => labels.model).sort()).toEqual(places.map(({ model }) => model).sort())
  })

  test('sends nothing to a receiver in its mute times, and everything to the others', async () => {
    await raise({ ...breach, alertname: 'MnemoscopeE', job: 'fifth' })
    await until(() => sent('MnemoscopeE').length > 0)
    await flushed('F')
    const told = notifications
      .filter(({ alerts }) => alerts.some(({ labels }) => labels.alertname === 'MnemoscopeE'))
      .map(({ receiver }) => receiver)
    expect([...new Set(told)].sort()).toEqual(['mnemoscope-recorder', 'team'])
  })

  test('sends an unchanged message again after the cooldown of its receiver', async () => {
    await raise({ ...breach, alertname: 'C', job: 'again' })
    await until(() => sent('C', 'again').length > 1)
    expect(sent('C')).toHaveLength(1)
  })

  test('sends one message about all levels, and its end once although its levels end one after another', async () => {
    const level = (severity: string) => ({
      ...breach,
      alertname: `MnemoscopeLatency${severity[0]?.toUpperCase()}${severity.slice(1)}`,
      job: 'fourth',
      severity,
    })
    const eased = (severity: string) => ({
      ...breach,
      alertname: 'MnemoscopeEased',
      job: 'fourth',
      severity: 'none',
      eased: severity,
    })
    const messages = () =>
      notifications
        .filter(
          ({ receiver, alerts }) =>
            receiver === 'team' && alerts.some(({ labels }) => labels.job === 'fourth'),
        )
        .map(({ status, alerts }) => [status, ...alerts.map(({ labels }) => labels.severity).sort()])
    await raise(level('warning'), level('error'), level('critical'))
    await until(() => messages().length > 0)
    await end(level('critical'))
    await raise(eased('critical'))
    await flushed('G')
    await end(level('error'))
    await raise(eased('error'))
    await flushed('G2')
    await end(level('warning'), eased('critical'), eased('error'))
    await until(() => messages().length > 1)
    // Prometheus sends an end again for 15 minutes.
    await end(level('critical'), level('error'))
    await flushed('G3')
    expect(messages()).toEqual([
      ['firing', 'critical', 'error', 'warning'],
      ['resolved', 'warning'],
    ])
  })

  test('keeps what the pipeline says of itself out of the messages about a KPI', async () => {
    const refused = { ...breach, alertname: 'MnemoscopeMeasurementsRefused', job: 'sixth' }
    await raise(refused, { ...breach, alertname: 'H', job: 'sixth' })
    await until(() => sent('H').length > 0 && sent(refused.alertname).length > 0)
    expect([...sent('H'), ...sent(refused.alertname)].map(({ alerts }) => alerts.length)).toEqual([1, 1])
  })
})
