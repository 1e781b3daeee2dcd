import type { Browser } from 'playwright-core'
import type { Behind } from '../../packages/recorder/src/operations/behind.js'
import { record } from '../../packages/recorder/test/measurements/otlp-logs.js'
import { notification, postWebhook } from '../../packages/recorder/test/plumbing/notification.js'
import { findChromium, launchChromium, openPage } from '../harness/chromium.js'
import type { Figure } from '../harness/figures.js'
import { type EmptyRecorder, startEmptyRecorder } from './empty-recorder.js'
import { causes, type Sent, type Story, storyOf } from './incidents.js'

const hourMs = 3_600_000
/** Further apart than what changed before an alert is looked for. */
const apartMs = 7 * hourMs

/**
 * Incidents with a planted cause, each a breach of a service of its own among chance, and as many times without one: whether
 * the cause is what people read first, and whether nothing is named where there is nothing.
 */
export async function checkCauses(each: number, progress: (text: string) => void): Promise<Figure[]> {
  const recorder = await startEmptyRecorder()
  const chromium = await findChromium()
  if ('missing' in chromium) throw new Error(chromium.missing)
  const browser = await launchChromium(chromium)
  try {
    const newest = Date.now() - hourMs
    const stories = Array.from({ length: each }, (_, i) =>
      storyOf(1 + i, causes[i % causes.length], newest - i * apartMs),
    )
    const quiet = Array.from({ length: each }, (_, i) => storyOf(1_001 + i, undefined, newest - i * apartMs))
    for (const story of [...stories, ...quiet]) await store(recorder, story)
    progress('stored')
    const missed = { api: [] as string[], page: [] as string[] }
    for (const story of stories) {
      const id = await alertOf(recorder, story)
      const expected = story.planted ?? (story.cause as string)
      const [api, page] = [await firstOfApi(recorder.url, id), await firstOfPage(browser, recorder.url, id)]
      if (api !== expected) missed.api.push(`${story.service}: ${api}, not ${expected}`)
      if (page !== expected) missed.page.push(`${story.service}: ${page}, not ${expected}`)
    }
    const named: string[] = []
    for (const { service, kpi, broke, ended } of quiet) {
      const query = new URLSearchParams({
        kpi,
        service,
        from: new Date(broke).toISOString(),
        to: new Date(ended).toISOString(),
      })
      const { differs } = await answer<Behind>(`${recorder.url}/api/operations?${query}`)
      if (differs.length > 0) named.push(`${service}: ${differs[0]?.key} ${differs[0]?.value}`)
    }
    for (const line of [...missed.api, ...missed.page, ...named]) progress(line)
    const right = (what: string, wrong: readonly string[]): Figure => {
      const [value, goal] = [each - wrong.length, Math.ceil(each * 0.9)]
      return {
        name: `incidents of ${each} whose cause is the first that ${what} names`,
        value,
        unit: '',
        goal,
        ok: value >= goal,
      }
    }
    const most = Math.ceil(each * 0.04)
    return [
      right('the API', missed.api),
      right('the page', missed.page),
      {
        name: `times of ${each} without an incident for which something is named`,
        value: named.length,
        unit: '',
        goal: most,
        ok: named.length <= most,
      },
    ]
  } finally {
    await browser.close()
    await recorder.stop()
  }
}

/** Sends its measurements, and stores what was changed before it. */
export async function store(
  { url, pool }: EmptyRecorder,
  { service, kpi, cause, broke, sent }: Story,
): Promise<void> {
  const attributes = ({ value, weight, metadata }: Sent) => ({
    ...{
      'mnemoscope.kpi': kpi,
      'mnemoscope.value': value,
      'mnemoscope.model': 'gpt-4o',
      'mnemoscope.context_size': '8192',
    },
    ...{
      'mnemoscope.operation': 'search',
      'mnemoscope.weight': weight,
      'mnemoscope.sampling': 0.1,
      ...metadata,
    },
  })
  const logRecords = sent.map((each) => record(attributes(each), Math.round(each.at)))
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
  for (let i = 0; i < logRecords.length; i += 500) {
    const response = await fetch(`${url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceLogs: [{ resource, scopeLogs: [{ logRecords: logRecords.slice(i, i + 500) }] }],
      }),
    })
    const text = await response.text()
    if (text !== '{}') throw new Error(`measurements of ${service}: ${response.status} ${text}`)
  }
  if (cause === undefined) return
  // Something was changed long before each of them. It was not that.
  const deployed = cause === 'deployment' ? broke - 30_000 : broke - 3 * hourMs
  await pool.query(
    `INSERT INTO deployments (at, service, version, source, by) VALUES ($1, $2, '2.0', 'api', 'ci')`,
    [new Date(deployed), service],
  )
  if (cause !== 'configuration') return
  await pool.query(
    `INSERT INTO config_changes (at, by, source, sha256, previous_sha256, summary, differences, restarts, config)
     VALUES ($1, 'ada', 'file', 'b', 'a', '{F1 score: warning threshold 0.6 → 0.8}', '[]', '[]', '{}')`,
    [new Date(broke - 60_000)],
  )
}

/** Its alert, which is over or still open. @returns the id of its episode */
export async function alertOf(
  { url, pool }: EmptyRecorder,
  { service, kpi, threshold, alerted, ended }: Story,
  isOpen = false,
): Promise<string> {
  const labels = {
    ...{
      alertname: kpi === 'latency' ? 'MnemoscopeLatencyCritical' : 'MnemoscopeF1ScoreCritical',
      severity: 'critical',
    },
    ...{ kpi, job: service, model: 'gpt-4o', context_size: '8192', operation: 'search' },
  }
  const alert = {
    labels,
    annotations: { threshold: String(threshold) },
    startsAt: new Date(alerted).toISOString(),
  }
  await postWebhook(url, notification([{ ...alert, status: 'firing' }]))
  const over = { ...alert, status: 'resolved' as const, endsAt: new Date(ended).toISOString() }
  if (!isOpen) await postWebhook(url, notification([over]))
  const { rows } = await pool.query('SELECT id FROM alert_episodes WHERE service = $1', [service])
  if (rows.length !== 1) throw new Error(`${service} has ${rows.length} episodes`)
  return String(rows[0].id)
}

/** What differs, or what was changed last. */
async function firstOfApi(url: string, id: string): Promise<string | undefined> {
  const { differs } = await answer<Behind>(`${url}/api/episodes/${id}/operations`)
  const [first] = differs
  if (first !== undefined) return `${first.key} ${first.value}`
  const { preceded_by } = await answer<{ preceded_by: { kind: string } | null }>(`${url}/api/episodes/${id}`)
  return preceded_by?.kind
}

async function firstOfPage(browser: Browser, url: string, id: string): Promise<string | undefined> {
  const page = await browser.newPage()
  try {
    await openPage(page, `${url}/?alert=${id}`)
    const card = page.locator('#one-alert .alert')
    await card.locator('.operations li').first().waitFor()
    const [differs] = await card.locator('.differs li').allTextContents()
    if (differs !== undefined) return differs.slice(0, differs.indexOf(':'))
    const cause = await card.locator('.cause').textContent()
    return /configuration|deploy/.exec(cause ?? '')?.[0].replace('deploy', 'deployment')
  } finally {
    await page.close()
  }
}

async function answer<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}
