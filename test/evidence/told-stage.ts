import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { defineConfig } from '@mnemoscope/kpi'
import { createPool, prepareDatabase, type Recorder, startRecorder } from '@mnemoscope/recorder'
import { freePort, type RunningServer, startAlertmanager, startPostgres } from '@mnemoscope/servers'
import { pino } from 'pino'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { capture } from '../messages/capture.js'

/** An Alertmanager that is measured. */
export interface Measured {
  readonly name: string
  readonly command: string
  /** Whether it counts notifications by receiver. Else receivers differ by integration, as its metrics do. */
  readonly countsReceivers: boolean
  /** Whether it sends what it does to the recorder. */
  readonly hasEvents: boolean
}

export interface ToldStage {
  readonly recorder: string
  readonly alertmanager: string
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>
  restart: Readonly<Record<'recorder' | 'alertmanager' | 'postgres', () => Promise<void>>>
  stop(): Promise<void>
}

interface Addresses {
  readonly recorder: string
  readonly people: string
  readonly smarthost: string
}

/** A route for each kind of alert, by the label `what`; the receiver `pager` refuses everything. */
function alertmanagerYaml(
  { countsReceivers, hasEvents }: Measured,
  { recorder, people, smarthost }: Addresses,
): string {
  const refused = `${people}/refused`
  const [oncall, pager] = countsReceivers
    ? [`webhook_configs: [{url: '${people}/oncall'}]`, `webhook_configs: [{url: '${refused}'}]`]
    : [
        `email_configs: [{to: a@example.org, from: m@example.org, smarthost: '${smarthost}', require_tls: false}]`,
        `pagerduty_configs: [{routing_key: key, url: '${refused}'}]`,
      ]
  return `
route:
  receiver: nobody
  group_by: ['...']
  group_wait: 1s
  group_interval: 1s
  routes:
    - receiver: mnemoscope-recorder
      continue: true
    - matchers: [what=~"success|silenced|inhibited"]
      receiver: oncall
    - matchers: [what="error"]
      receiver: pager
    - matchers: [what="muted"]
      receiver: desk
      mute_time_intervals: [nights]
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]
inhibit_rules:
  - source_matchers: [what="source"]
    target_matchers: [what="inhibited"]
receivers:
  - name: nobody
  - name: mnemoscope-recorder
    webhook_configs: [{url: '${recorder}/api/webhook/alertmanager'}]
  - name: oncall
    ${oncall}
  - name: pager
    ${pager}
  - name: desk
    webhook_configs: [{url: '${people}/desk'}]
${hasEvents ? `event_recorder: {webhook_outputs: [{name: recorder, url: '${recorder}/api/webhook/alertmanager/events'}]}` : ''}
`
}

export async function startToldStage(measured: Measured): Promise<ToldStage> {
  const folder = temporaryFolder('told')
  const stops: (() => unknown)[] = [() => folder.remove()]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const media = await capture()
    stops.push(media.stop)
    const people = createServer((request, response) => {
      response.statusCode = request.url === '/refused' ? 500 : 200
      request.resume().on('end', () => response.end())
    })
    people.listen(0, '127.0.0.1')
    await once(people, 'listening')
    stops.push(() => people.close())
    const [recorderPort, alertmanagerPort, postgresPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ]
    const addresses = {
      recorder: `http://127.0.0.1:${recorderPort}`,
      people: `http://127.0.0.1:${(people.address() as AddressInfo).port}`,
      smarthost: media.smarthost,
    }
    const stateDir = folder.path
    mkdirSync(stateDir, { recursive: true })
    const configFile = join(stateDir, 'alertmanager.yml')
    writeFileSync(configFile, alertmanagerYaml(measured, addresses))
    const features = [
      ...(measured.countsReceivers ? ['receiver-name-in-metrics'] : []),
      ...(measured.hasEvents ? ['event-recorder'] : []),
    ]
    const startPostgresHere = () => startPostgres({ stateDir, port: postgresPort })
    const startAlertmanagerHere = (): Promise<RunningServer> =>
      startAlertmanager({
        ...{ stateDir, configFile, command: measured.command, port: alertmanagerPort },
        features,
      })
    let postgres = await startPostgresHere()
    stops.push(() => postgres.stop())
    await prepareDatabase(postgres.url)
    const pool = createPool(postgres.url)
    stops.push(() => pool.end())
    let alertmanager = await startAlertmanagerHere()
    stops.push(() => alertmanager.stop())
    const startRecorderHere = (): Promise<Recorder> =>
      startRecorder({
        config: defineConfig({ alertCheckInterval: '1s', scrapeInterval: '1s' }),
        databaseUrl: postgres.url,
        // Nothing listens there: alerts come by Alertmanager's webhook.
        prometheusUrl: 'http://127.0.0.1:9',
        alertmanagerUrls: [alertmanager.url],
        port: recorderPort,
        logger: pino({ level: 'silent' }),
      })
    let recorder = await startRecorderHere()
    stops.push(() => recorder.stop())
    return {
      recorder: addresses.recorder,
      alertmanager: alertmanager.url,
      query: async (sql, values) => (await pool.query(sql, values)).rows,
      restart: {
        async recorder() {
          await recorder.stop()
          recorder = await startRecorderHere()
        },
        async alertmanager() {
          await alertmanager.stop()
          alertmanager = await startAlertmanagerHere()
        },
        async postgres() {
          await postgres.stop()
          postgres = await startPostgresHere()
        },
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
