import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { findTool, type RunningServer, startAlertmanager } from '@mnemoscope/servers'
import { findEngine } from '../../../../test/harness/engines.js'
import { toolsDir } from '../../../../test/harness/repository.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import type { Notified } from '../../src/notifications/notified.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

const current = await findEngine('alertmanager')
if (!current.isThere) process.stderr.write(`skipped: notified of Alertmanager of today. ${current.reason}\n`)

const each = 20
const expected = {
  notified: 'routed',
  quiet: 'silenced',
  part: 'inhibited',
  night: 'muted',
  lost: 'no_receiver',
} as const
type What = keyof typeof expected

/** Routes by the label `what`. @param people where notifications for people go */
const config = (recorder: string, people: string, path: string) => `
route:
  receiver: nobody
  group_by: ['...']
  group_wait: 1s
  group_interval: 1s
  routes:
    - receiver: mnemoscope-recorder
      continue: true
    - matchers: [what=~"notified|quiet|part"]
      receiver: oncall
    - matchers: [what="night"]
      receiver: oncall
      mute_time_intervals: [nights]
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]
inhibit_rules:
  - source_matchers: [what="source"]
    target_matchers: [what="part"]
receivers:
  - name: nobody
  - name: mnemoscope-recorder
    webhook_configs: [{url: '${recorder}/api/webhook/alertmanager'}]
  - name: oncall
    webhook_configs: [{url: '${people}${path}'}]
`

describe.each([
  ['0.25', async () => (await findTool('alertmanager', { toolsDir })).command],
  ...(current.isThere ? [['of today', async () => current.command('alertmanager')] as const] : []),
] as const)('an Alertmanager %s', (name, commandOf) => {
  const folder = temporaryFolder('notified')
  const people = createServer((_, response) => response.end())
  let alertmanager: RunningServer | undefined
  let recorder: TestRecorder | undefined

  afterAll(async () => {
    await alertmanager?.stop()
    await recorder?.stop()
    people.close()
    folder.remove()
  }, 60_000)

  test(`says of ${each} alerts of each kind whether people are notified, before and after restarts`, async () => {
    people.listen(0, '127.0.0.1')
    await once(people, 'listening')
    const start = async (port: number) =>
      startAlertmanager({
        ...{
          stateDir: folder.path,
          port,
          command: await commandOf(),
          configFile: join(folder.path, 'am.yml'),
        },
      })
    writeFileSync(join(folder.path, 'am.yml'), config('http://127.0.0.1:9', 'http://127.0.0.1:9', ''))
    alertmanager = await start(0)
    const { url } = alertmanager
    recorder = await startTestRecorder({ alertmanagerUrls: [url] })
    const address = `http://127.0.0.1:${(people.address() as AddressInfo).port}`
    writeFileSync(join(folder.path, 'am.yml'), config(recorder.url, address, '/oncall'))
    const restart = async () => {
      await alertmanager?.stop()
      alertmanager = await start(Number(new URL(url).port))
    }
    await restart()
    const post = (path: string, body: unknown) =>
      fetch(`${url}/api/v2/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then(({ status }) => expect(status).toBe(200))
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await post('silences', {
      matchers: [{ name: 'what', value: 'quiet', isRegex: false, isEqual: true }],
      ...{ startsAt: new Date().toISOString(), endsAt: until, createdBy: 'ada', comment: 'rebuild' },
    })
    const whats = Object.keys(expected) as What[]
    const alerts = whats.flatMap((what) =>
      Array.from({ length: each }, (_, i) => ({
        labels: {
          alertname: 'MnemoscopeF1ScoreCritical',
          kpi: 'f1_score',
          job: 'memory',
          model: `"${i}"`,
          what,
        },
        ...{ startsAt: new Date().toISOString(), endsAt: until },
      })),
    )
    const source = { labels: { alertname: 'MnemoscopeSource', what: 'source' }, endsAt: until }
    const send = () => post('alerts', [...alerts, source])
    await send()
    const { pool } = recorder
    const count = async () => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS n FROM alert_episodes WHERE kpi = 'f1_score'`,
      )
      return rows[0].n as number
    }
    // What is silenced or inhibited is not notified of: the recorder has it from Prometheus, which is not here.
    await waitFor(async () => (await count()) >= 3 * each)
    await pool.query(
      `INSERT INTO alert_episodes (cluster, fingerprint, alertname, kpi, starts_at, summary, labels, annotations)
       SELECT 'default', md5(labels::text), 'MnemoscopeF1ScoreCritical', 'f1_score', now(), '', labels, '{}'
       FROM jsonb_array_elements($1::jsonb) AS labels`,
      [
        JSON.stringify(
          alerts.map(({ labels }) => labels).filter(({ what }) => what === 'quiet' || what === 'part'),
        ),
      ],
    )
    const wrong = async () => {
      const { rows } = await pool.query<{ id: string; what: What }>(
        `SELECT id, labels->>'what' AS what FROM alert_episodes WHERE kpi = 'f1_score'`,
      )
      expect(rows).toHaveLength(whats.length * each)
      const found: string[] = []
      for (const { id, what } of rows) {
        const { body } = await getJson<Notified>(`${recorder?.url}/api/episodes/${id}/notifications`)
        // Alertmanager says nothing of mute times before 0.28.
        const state = what === 'night' && name === '0.25' ? 'routed' : expected[what]
        if (body.state !== state) found.push(`${what} ${id}: ${body.state}`)
        if (what === 'quiet') expect(body.silences).toMatchObject([{ by: 'ada', comment: 'rebuild' }])
        if (what === 'part') expect(body.inhibited_by).toEqual(['MnemoscopeSource'])
        if (what !== 'lost') expect(body.receivers).toEqual(['oncall'])
      }
      return found
    }
    expect(await wrong()).toEqual([])
    await recorder.end()
    await recorder.restart()
    expect(await wrong()).toEqual([])
    // Alertmanager keeps silences, and no alerts: whoever sends them sends them again.
    await restart()
    await send()
    await waitFor(async () => (await wrong().catch(() => ['not yet'])).length === 0)
    await alertmanager.stop()
    const [first] = (await pool.query('SELECT id FROM alert_episodes LIMIT 1')).rows
    const { body } = await getJson<Notified>(`${recorder.url}/api/episodes/${first?.id}/notifications`)
    expect(body.state).toBe('unknown')
  }, 180_000)
})
