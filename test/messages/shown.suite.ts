import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { findTool } from '@mnemoscope/servers'
import { messageData, noEnd } from '../../packages/cli/src/messages/message-data.js'
import { type RenderedMessage, renderMessages } from '../../packages/cli/src/messages/render.js'
import { mnemoscopeHere } from '../harness/command.js'
import { linkTools } from '../harness/link-tools.js'
import { toolsDir } from '../harness/repository.js'
import { type Alert, breachAlert } from './alerts.js'
import { firingWords } from './count.js'
import { wrongRandomEnds } from './random-episodes.js'

interface Shown {
  readonly kind: string
  readonly level: string
  readonly media: Readonly<
    Record<string, { readonly title: string; readonly body: string; readonly level?: string }>
  >
}

const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-shown-'))
let messages: readonly Shown[]
let page: string

beforeAll(async () => {
  // Fetched here if it is missing: the command would say so on standard error.
  await findTool('amtool', { toolsDir })
  linkTools(folder)
  const config = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  services: [{ name: 'memory_api', targets: ['127.0.0.1:9464'] }],
  endpoints: { page: 'https://memory.example' },
  kpis: { f1_score: { noData: 'no_data' }, adaptation_success_rate: { target: 0.99 } },
})`
  writeFileSync(join(folder, 'mnemoscope.config.ts'), config)
  const { stdout, stderr, exitCode } = await mnemoscopeHere(folder, [
    'messages',
    '--json',
    '--html',
    'all.html',
  ])
  expect([exitCode ?? 0, stderr]).toEqual([0, ''])
  messages = JSON.parse(stdout).messages
  page = readFileSync(join(folder, 'all.html'), 'utf8')
})

afterAll(() => rmSync(folder, { recursive: true }))

const shown = (kind: string) => messages.find((message) => message.kind === kind) as Shown

test('every kind of message is shown as every medium gets it', () => {
  expect(messages.map(({ kind, level }) => [kind, level])).toEqual([
    ['new', 'critical'],
    ['worse', 'critical'],
    ['still', 'critical'],
    ['better', 'warning'],
    ['recovered', 'recovered'],
    ['ended without data', 'ended'],
    ['no data', 'warning'],
    ['trend', 'info'],
    ['drift', 'info'],
    ['burn', 'critical'],
    ['pipeline', 'critical'],
    ['test', 'info'],
  ])
  const { media } = shown('new')
  expect(media.pagerduty?.title).toBe('memory_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(media.pagerduty?.level).toBe('critical')
  expect(media.discord?.title).toBe('memory\\_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(media.email?.body).toContain(
    '<a href="https://memory.example/?kpi=f1_score&job=memory_api">Page</a>',
  )
  expect(media.slack?.body).toContain('<https://memory.example/?kpi=f1_score&job=memory_api|Page>')
})

test('the end says how long it took and how bad it was, and no word of a breach', () => {
  const { media } = shown('recovered')
  expect(media.opsgenie?.title).toBe('Recovered after 2 min 30 s: F1 score of memory_api; worst 0.467')
  for (const { title, body } of Object.values(media)) expect(`${title}\n${body}`).not.toMatch(firingWords)
})

test('messages about no breach say what their rules say, with nothing left of a template', () => {
  const titles = ['ended without data', 'no data', 'trend', 'drift', 'burn'].map(
    (kind) => shown(kind).media.pagerduty?.title,
  )
  expect(titles).toEqual([
    'Ended without data after 2 min 30 s: F1 score of memory_api; worst 0.467',
    'F1 score of gpt-4o (search) in memory_api has no data',
    'F1 score of gpt-4o (search) in memory_api is getting worse',
    'F1 score of gpt-4o (search) in memory_api gets worse from day to day',
    'Adaptation success rate of gpt-4o (search) in memory_api misses its target too often (CRITICAL)',
  ])
  expect(JSON.stringify(messages)).not.toMatch(/\{\{|undefined|\$labels|\$value/)
  expect(shown('new').media.pagerduty?.body).toContain(
    'gpt-4o (search, 1M): 0.525 (critical at 0.70), 46 operations in 10 min, 31 of them at or beyond it',
  )
})

test('the page has every message in every medium, and nothing of a medium is left in it', () => {
  expect(page.match(/<article>/g)).toHaveLength(12 * 8)
  expect(page).toContain('<a href="https://memory.example/?kpi=f1_score&amp;job=memory_api">Page</a>')
  expect(page).toContain('<iframe sandbox title="E-mail: new"')
  const text = page.replaceAll(/srcdoc="[^"]*"/g, '')
  expect(text).not.toMatch(/\\[-_(]|<https?:|\]\(http/)
})

test('a terminal gets the text of a medium', async () => {
  const { stdout } = await mnemoscopeHere(folder, ['messages', '--medium', 'email'])
  expect(stdout).toContain('NEW E-mail\n▌ memory_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(stdout).toContain('▌ Runbook: https://memory.example/runbooks/f1-score.md')
})

interface Told {
  readonly receiver?: string
  readonly alert?: Partial<Alert>
  readonly firing?: Alert
}

const course = {
  worst: 0.25,
  at: 'm (search, 128k)',
  places: 1,
  since: '29 Nov 12:00:00',
  lasted: '2m 30s',
}

/** What a receiver gets of an end. */
async function told(given: readonly Told[], input: ConfigInput): Promise<RenderedMessage[]> {
  const [startsAt, endsAt] = ['2026-11-29T12:00:00Z', '2026-11-29T12:02:30Z']
  const end = breachAlert({ level: 'critical', value: 0.31, course })
  const samples = given.map(({ receiver = 'team', alert, firing }) => {
    const ended = { ...end, ...alert, status: 'resolved', startsAt, endsAt, fingerprint: 'a' } as const
    const goesOn =
      firing && ({ startsAt, ...firing, status: 'firing', endsAt: noEnd, fingerprint: 'b' } as const)
    const data = messageData(goesOn === undefined ? [ended] : [ended, goesOn], ['job', 'kpi'])
    return { kind: receiver, data: { ...data, receiver } }
  })
  return renderMessages(defineConfig(input), samples, await findTool('amtool', { toolsDir }))
}

test('what ends without being better does not say that it has recovered', async () => {
  const webhook = { url: 'https://hooks.example/' }
  const receivers = { team: { webhook }, 'on-call': { severities: ['critical' as const], webhook } }
  const { annotations } = breachAlert({ level: 'critical', value: 0.31 })
  const missing = { ...annotations, shown_quiet: 'no operations for 75 min' }
  const pipeline = {
    labels: { alertname: 'MnemoscopeTargetDown', severity: 'critical', job: 'demo', instance: 'demo:9464' },
    annotations: {
      summary: 'demo at demo:9464 is not answering',
      description: 'Prometheus cannot scrape it.',
    },
  }
  const noData = {
    labels: { ...breachAlert({ level: 'warning', value: 1 }).labels, alertname: 'MnemoscopeF1ScoreNoData' },
    annotations: { summary: 'F1 score of gpt-4o in demo has no data' },
  }
  const shown = await told(
    [
      {},
      { receiver: 'on-call' },
      { alert: { annotations: missing } },
      { alert: pipeline },
      { firing: noData },
      { alert: { annotations: missing }, firing: breachAlert({ level: 'warning', value: 0.78 }) },
    ],
    { alerting: { receivers } },
  )
  expect(shown.map(({ level, media }) => [level, media.pagerduty.title])).toEqual([
    ['recovered', 'Recovered after 2 min 30 s: F1 score of demo; worst 0.25'],
    ['recovered', 'No longer critical after 2 min 30 s: F1 score of demo; worst 0.25'],
    ['ended', 'Ended without data after 2 min 30 s: F1 score of demo'],
    ['recovered', 'Ended after 2 min 30 s: Target down of demo'],
    ['warning', 'Changed: F1 score of gpt-4o in demo has no data'],
    ['warning', 'Changed: demo: F1 score 0.78 on gpt-4o (warning at 0.80)'],
  ])
  expect(shown[2]?.media.slack.body).toContain('\nNothing shows that it is well: no operations for 75 min.\n')
  expect(shown[3]?.media.slack.body).toContain('• Target down at demo:9464\n')
  for (const { media } of shown.slice(0, 4)) expect(JSON.stringify(media)).not.toMatch(firingWords)
})

test('the end of a breach of several KPIs names all of them', async () => {
  const ended = (kpi: 'f1_score' | 'token_usage', endsAt: string) => ({
    ...breachAlert({
      level: 'warning',
      value: 0.5,
      kpi,
      course: { ...course, worst: kpi === 'f1_score' ? 0.25 : 31_000 },
    }),
    ...{ status: 'resolved' as const, startsAt: '2026-11-29T12:00:00Z', endsAt, fingerprint: kpi },
  })
  const alerts = [ended('f1_score', '2026-11-29T12:01:00Z'), ended('token_usage', '2026-11-29T12:02:30Z')]
  const render = async (...given: typeof alerts) => {
    const config = defineConfig({ alerting: { groupBy: 'service' } })
    const data = messageData(given, ['job'])
    const [message] = await renderMessages(
      config,
      [{ kind: 'end', data }],
      await findTool('amtool', { toolsDir }),
    )
    return message?.media.pagerduty.title
  }
  expect([await render(...alerts), await render(...alerts.slice(1))]).toEqual([
    'Recovered after 2 min 30 s: F1 score, Token usage of demo; worst 31000 tokens (Token usage)',
    'Recovered after 2 min 30 s: Token usage of demo; worst 31000 tokens',
  ])
})

test('the end of a threshold that was taken away is no recovery', async () => {
  const [message, , changed] = await told(
    [{}, {}, { firing: breachAlert({ level: 'warning', value: 0.78 }) }],
    { kpis: { f1_score: { thresholds: { critical: undefined } } } },
  )
  expect([message?.level, message?.media.pagerduty.title]).toEqual([
    'ended',
    'Ended after 2 min 30 s: F1 score of demo; worst 0.25',
  ])
  expect(message?.media.slack.body).toContain(
    '\nNothing shows that it is well: the configuration has no such threshold.\n',
  )
  expect(changed?.media.pagerduty.title).toMatch(/^Changed: /)
})

test('without a reason from Alertmanager, what began in the meantime is not called better', async () => {
  const old = { ...breachAlert({ level: 'warning', value: 0.78 }), startsAt: '2026-11-29T11:00:00Z' }
  const fresh = { ...old, startsAt: '2026-11-29T12:02:00Z' }
  const shown = await told([{ firing: old }, { firing: fresh }], {})
  expect(shown.map(({ media }) => media.pagerduty.title.split(':')[0])).toEqual(['Better', 'Changed'])
})

test('a silence is of exactly the alerts of the message, whatever their names', async () => {
  const firing = breachAlert({ level: 'warning', value: 0.78, model: "my model+1@'$(x)" })
  const data = messageData(
    [{ ...firing, status: 'firing', startsAt: noEnd, endsAt: noEnd, fingerprint: 'a' }],
    ['job', 'model'],
  )
  const [withCommand, withLink] = await Promise.all(
    [{}, { page: 'https://page.example', alertmanagerPage: 'https://am.example' }].map(async (endpoints) => {
      const amtool = await findTool('amtool', { toolsDir })
      const [message] = await renderMessages(defineConfig({ endpoints }), [{ kind: 'new', data }], amtool)
      return message
    }),
  )
  expect(withCommand?.media.email.body).toContain('model=~my model.1....x.')
  const filter = `{job="demo",model="my model+1@'$(x)"}`
  const linkOf = (medium: 'slack' | 'discord' | 'email' | 'telegram') =>
    /https:\/\/am\.example\/#\/silences\/new\?filter=([^|")\s<]+)/.exec(
      withLink?.media[medium].body ?? '',
    )?.[1]
  for (const medium of ['slack', 'discord', 'email', 'telegram'] as const) {
    expect([medium, decodeURIComponent(linkOf(medium) ?? '')]).toEqual([medium, filter])
  }
})

// 200 of them in `npm run messages`.
test('the end of a random breach says its true values', async () => {
  expect(await wrongRandomEnds([1, 2, 3])).toEqual([])
})
