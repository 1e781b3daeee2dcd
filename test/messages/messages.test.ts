import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findTool } from '@mnemoscope/servers'
import { sendTest } from '../../packages/cli/src/messages/send-test.js'
import { toolsDir } from '../harness/repository.js'
import { breachAlert, easedAlert } from './alerts.js'
import { mailPart } from './capture.js'
import { type Message, mediaOf, type Stage, stage } from './stage.js'

/** The Alertmanager that Debian has; `npm run messages` takes the newest too. */
const version = '0.25'
/** A name with what means something to a medium, and far too long. */
const hostile = `*b* _i_ ~s~ <b>x</b> &amp; @here <!channel> [l](http://evil.example) \u202egnol\u200b ${'x'.repeat(2_000)}`

let running: Stage
let first: Message[]
let second: Message[]
let last: Message[]

beforeAll(async () => {
  const { command } = await findTool('alertmanager', { toolsDir })
  const mail = { to: 'team@example.org', from: 'mnemoscope@example.org' }
  const receivers = (smarthost: string) => ({
    open: { email: { ...mail, smarthost }, kpis: ['latency'] },
    lost: { email: { ...mail, smarthost: '127.0.0.1:9' }, kpis: ['latency'] },
    empty: { slack: { apiUrlFile: '/dev/null', channel: '#x' }, kpis: ['latency'] },
    unread: { slack: { apiUrlFile: '/nowhere/slack', channel: '#x' }, kpis: ['latency'] },
  })
  const config = (smarthost: string) => ({ alerting: { receivers: receivers(smarthost) } })
  running = await stage({ command, version, config })
  const models = ['gpt-4o', 'claude', hostile]
  const course = {
    worst: 0.31,
    at: 'gpt-4o (search, 128k)',
    places: 3,
    since: '29 Nov 12:03:30',
    lasted: '30s',
  }
  const of = (level: 'warning' | 'error' | 'critical', value: number) =>
    models.map((model, i) => breachAlert({ level, value: value + i / 100, model, course }))
  const breaches = [...of('warning', 0.6), ...of('error', 0.6), ...of('critical', 0.31)]
  // As they come: each level at another evaluation.
  for (const level of ['warning', 'error', 'critical']) {
    await running.raise(...breaches.filter(({ labels }) => labels.severity === level))
  }
  await running.settled(1)
  first = running.messages()
  const seven = Array.from({ length: 4 }, (_, i) =>
    breachAlert({
      level: 'critical',
      value: 0.2 + i / 100,
      model: `more-${i}`,
      course: {
        worst: 0.12,
        at: `${hostile} (search, 128k)`,
        places: 7,
        since: '29 Nov 12:03:30',
        lasted: '2m 30s',
      },
    }),
  )
  await running.raise(...seven)
  await running.settled(2)
  second = running.messages().slice(first.length)
  await running.end(...breaches)
  await running.raise(...breaches.map(easedAlert))
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await running.end(...seven, ...breaches.map(easedAlert))
  await running.settled(3)
  last = running.messages().slice(first.length + second.length)
}, 60_000)

afterAll(() => running?.stop())

const of = (messages: readonly Message[], medium: string) =>
  messages.find((message) => message.medium === medium) as Message

test('one fault is one message of each medium, however many levels and models it has', () => {
  const media = (messages: readonly Message[]) => messages.map(({ medium }) => medium).sort()
  expect(media(first)).toEqual(mediaOf(version).sort())
  expect(media(second)).toEqual(mediaOf(version).sort())
  expect(media(last)).toEqual(mediaOf(version).sort())
})

test('its title says what a phone must show', () => {
  const title = 'demo: F1 score 0.31 on 3 models (critical at 0.70)'
  for (const medium of ['slack', 'email', 'pagerduty', 'opsgenie']) {
    expect(of(first, medium).title).toBe(title)
  }
  expect(of(second, 'slack').title).toBe('demo: F1 score 0.2 on 7 models (critical at 0.70)')
})

test('its text has the worst five places, and where to go', () => {
  const { text } = of(second, 'slack')
  const [since, ...lines] = text.split('\n')
  expect(since).toMatch(/^Since 29 Nov 12:03 UTC; worst 0\.12, \*b\* _i_ .*…$/)
  expect(lines).toEqual([
    ...[0, 1, 2, 3].map(
      (i) =>
        `• more-${i} (search, 128k): ${0.2 + i / 100} (critical at 0.70), 24 operations in 10 min, 18 of them at or beyond it`,
    ),
    '• gpt-4o (search, 128k): 0.31 (critical at 0.70), 24 operations in 10 min, 18 of them at or beyond it',
    'and 2 more',
    '<https://memory.example/?kpi=f1_score&job=demo|Page>',
    '<https://memory.example/runbooks/f1-score.md|Runbook>',
    "Silence: amtool silence add 'job=demo' 'kpi=f1_score' --duration=2h --comment='seen' --alertmanager.url=http://127.0.0.1:9093",
  ])
})

test('its end says so, with none of the words of its beginning', () => {
  for (const message of last.filter(({ medium }) => medium !== 'webhook')) {
    expect(message.raw).not.toMatch(/has reached|at or below|critical at|Since /)
  }
  const [course, ...lines] = of(last, 'slack').text.split('\n')
  expect(course).toMatch(
    /^From 29 Nov 12:03:30 to \d+ \w+ [\d:]+ UTC; worst 0\.12, \*b\* _i_ .*… \(7 places\)$/,
  )
  expect(lines).toHaveLength(2)
  expect(of(last, 'slack').title).toBe('Recovered after 2 min 30 s: F1 score of demo; worst 0.12')
  expect(of(last, 'email').title).toBe(of(last, 'slack').title)
})

test('each level has a colour and a severity, and so has the end', () => {
  const payload = ({ raw }: Message) => JSON.parse(raw)
  expect(payload(of(first, 'slack')).attachments[0].color).toBe('#b3261e')
  expect(payload(of(last, 'slack')).attachments[0].color).toBe('#2e7d32')
  expect(payload(of(first, 'pagerduty')).payload.severity).toBe('critical')
  expect(payload(of(first, 'opsgenie')).priority).toBe('P1')
  const keys = running
    .messages()
    .filter(({ medium }) => medium === 'pagerduty')
    .map(payload)
  expect(new Set(keys.map(({ dedup_key }) => dedup_key)).size).toBe(1)
  expect(keys.map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger', 'resolve'])
})

test('a name changes nothing but its own text, and is cut', () => {
  const line = (medium: string, name: string) =>
    of(first, medium)
      .text.split('\n')
      .find((each) => each.includes(name)) ?? ''
  const plain =
    /^• .{60}… \(search, 128k\): 0\.33 \(critical at 0\.70\), 24 operations in 10 min, 18 of them at or beyond it$/u
  expect(line('email', '@here')).toMatch(plain)
  expect(line('slack', '@here')).toContain('&lt;b&gt;x&lt;/b&gt; &amp;amp; @here &lt;!channel&gt;')
  expect(JSON.parse(of(first, 'slack').raw).attachments[0].mrkdwn_in).toEqual(['none'])
  const html = mailPart(of(first, 'email').raw, 'text/html')
  expect(html).toContain('&lt;b&gt;x&lt;/b&gt;')
  expect(html).not.toMatch(/<b>x<\/b>/)
  for (const { raw, medium } of first) if (medium !== 'webhook') expect(raw).not.toMatch(/\u202e|\u200b/)
})

test('a test message reaches the receiver that is named, and nobody else', async () => {
  const before = running.capture.received.length
  const { config, folder } = running
  const accepted = await sendTest({ config, folder, receiver: 'team', alertmanager: running.url() })
  expect(accepted.sort()).toEqual(mediaOf(version).sort())
  const sent = running.capture.received.slice(before)
  expect(sent.filter((each) => 'path' in each && each.path.startsWith('/api'))).toEqual([])
  const slack = running.messages().findLast(({ medium }) => medium === 'slack')
  expect(slack?.title).toBe('Test message to team: nothing is wrong')
})

test.each([
  ['open', /email of open refused the test message: .*STARTTLS/, /requireTls: false/],
  ['lost', /email of lost refused the test message: .*connection refused/, /Correct the address/],
  ['empty', /slack of empty refused the test message: .*unsupported protocol/, /it is empty/],
  ['unread', /slack of unread refused the test message: .*no such file/, /Put the secret into the file/],
])('a test message to %s says why it was refused, and what to do', async (receiver, message, next) => {
  const { config, folder } = running
  await expect(sendTest({ config, folder, receiver, alertmanager: running.url() })).rejects.toMatchObject({
    code: 'MESSAGE_NOT_SENT',
    message: expect.stringMatching(message),
    next: expect.stringMatching(next),
  })
})
