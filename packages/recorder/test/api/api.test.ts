import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AlertEpisode, configHash, defineConfig } from '@mnemoscope/kpi'
import { type ConfigProblem, fixedConfig } from '../../src/config/source.js'
import type { Charts, KpiChart } from '../../src/dashboard/charts.js'
import { createPartitions, dayOf } from '../../src/database/partitions.js'
import { movedKpis } from '../../src/episodes/before.js'
import type { EpisodeDetail } from '../../src/episodes/detail.js'
import { type ErrorAnswer, getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

const config = defineConfig({ dashboard: { refreshInterval: '1s', maxDataPoints: 40 } })
const newest = Math.floor(Date.now() / 60_000) * 60_000

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({ config }, async (pool) => {
    await createPartitions(pool, 'snapshots', [
      ...new Set([dayOf(new Date(newest - 7_200_000)), dayOf(new Date(newest))]),
    ])
    await pool.query(
      `INSERT INTO series (service, model, context_size)
       SELECT 'memory', 'model-' || n, '8192' FROM generate_series(1, 10) AS n`,
    )
    await pool.query(
      `INSERT INTO snapshots (at, series_id, kpi, value)
       SELECT at, id, 'f1_score', CASE WHEN at = $1::timestamptz - interval '50 min' AND id = 10 THEN 0.1 ELSE 0.8 + id / 100.0 END
       FROM generate_series($1::timestamptz - interval '99 min', $1::timestamptz, '1 min') AS at, series`,
      [new Date(newest)],
    )
    await pool.query(
      `INSERT INTO snapshot_instants (at, rows)
       SELECT at, 10 FROM generate_series($1::timestamptz - interval '99 min', $1::timestamptz, '1 min') AS at`,
      [new Date(newest)],
    )
    await pool.query(
      `INSERT INTO alert_episodes (cluster, fingerprint, alertname, severity, kpi, service, model, context_size, starts_at,
         summary, labels, annotations)
       VALUES ('default', 'aa', 'A', 'critical', 'f1_score', 'memory', 'model-10', '8192', $1, 'a', '{}', '{}')`,
      [new Date(newest - 3_000_000)],
    )
  })
}, 120_000)

afterAll(() => recorder?.stop(), 60_000)

const get = async <T>(path: string) => (await getJson<T>(`${recorder.url}${path}`)).body

const acknowledge = (id: string, body: unknown, type = 'application/json') =>
  fetch(`${recorder.url}/api/episodes/${id}/acknowledge`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('GET /api/charts', () => {
  test('shows all of a young history, from its first snapshot', async () => {
    const charts = await get<Charts>('/api/charts?hours=720&model=model-1')
    expect(charts.from).toBe((newest - 99 * 60_000) / 1_000)
    expect(charts.step_seconds).toBe(180)
  })

  test('has at most maxDataPoints points in a chart, whatever the number of lines, and keeps every extreme', async () => {
    const { kpis } = await get<Charts>('/api/charts?hours=24')
    const { series, total_series } = kpis.f1_score as KpiChart
    expect(total_series).toBe(10)
    expect(series).toHaveLength(8)
    const points = series.flatMap(({ points }) => points)
    expect(points.length).toBeLessThanOrEqual(40)
    expect(Math.min(...points.map(([, , least]) => least ?? 1))).toBe(0.1)
    expect(series.map(({ model }) => model)).toContain('model-10')
  })

  test('has the alerts and gaps of the window', async () => {
    const { marks } = await get<Charts>('/api/charts?hours=24')
    expect(marks).toEqual([
      expect.objectContaining({ kpi: 'f1_score', level: 'critical', from: newest / 1_000 - 3_000, to: null }),
    ])
    expect((await get<Charts>('/api/charts?hours=24&model=model-1')).marks).toEqual([])
  })
})

describe('GET /api/episodes/:id', () => {
  test('says what moved around the start of the alert', async () => {
    const { before } = await get<EpisodeDetail>('/api/episodes/1')
    expect(before.moved).toEqual([])
    expect(before.alerts).toEqual([])
  })

  test.each(['0', '2', 'x', '99999999999999999999'])('%s is no episode: 404 with a code', async (id) => {
    const response = await fetch(`${recorder.url}/api/episodes/${id}`)
    expect(response.status).toBe(404)
    expect(((await response.json()) as ErrorAnswer).error.code).toBe('REQUEST_INVALID')
  })

  test.each([
    ['left the range of the hour before', { before: 0.93, low: 0.9, high: 0.95, since: 0.6 }, true],
    ['stayed in it', { before: 0.93, low: 0.9, high: 0.95, since: 0.91 }, false],
    ['left it by less than a twentieth', { before: 0.93, low: 0.929, high: 0.931, since: 0.92 }, false],
    ['has no past', { before: null, low: null, high: null, since: 0.6 }, false],
    ['has no present', { before: 0.93, low: 0.9, high: 0.95, since: null }, false],
    ['rose from nothing', { before: 0, low: 0, high: 0, since: 0.2 }, true],
  ])('a KPI that %s', (_, around, isMoved) => {
    expect(movedKpis([{ kpi: 'f1_score', ...around }])).toHaveLength(isMoved ? 1 : 0)
  })
})

describe('POST /api/episodes/:id/acknowledge', () => {
  test('is stored and shown with the episode, the newest first of all', async () => {
    expect((await acknowledge('1', { by: 'night shift' })).status).toBe(200)
    expect((await acknowledge('1', { by: ' day shift ', comment: 'index rebuilt' })).status).toBe(200)
    const [episode] = (await get<{ episodes: AlertEpisode[] }>('/api/episodes')).episodes
    expect(episode?.acknowledgement).toEqual({
      by: 'day shift',
      comment: 'index rebuilt',
      at: expect.any(Number),
    })
    const { acknowledgements } = await get<EpisodeDetail>('/api/episodes/1')
    expect(acknowledgements.map(({ by }) => by)).toEqual(['night shift', 'day shift'])
  })

  test.each([
    ['an episode that is not there', '7', { by: 'night shift' }, 'application/json', 404],
    ['nobody', '1', {}, 'application/json', 400],
    ['an empty name', '1', { by: '' }, 'application/json', 400],
    ['a name that Postgres cannot hold', '1', { by: 'a\u0000b' }, 'application/json', 400],
    ['an unknown property', '1', { by: 'night shift', more: 1 }, 'application/json', 400],
    [
      'a comment that is too long',
      '1',
      { by: 'night shift', comment: 'x'.repeat(2_001) },
      'application/json',
      400,
    ],
    ['a huge body', '1', { by: 'night shift', comment: 'x'.repeat(40_000) }, 'application/json', 413],
    ['what is no JSON', '1', '{', 'application/json', 400],
    ['what another site can send', '1', { by: 'night shift' }, 'text/plain', 415],
  ])('refuses %s', async (_, id, body, type, status) => {
    const response = await acknowledge(id, body, type)
    expect(response.status).toBe(status)
    expect(((await response.json()) as ErrorAnswer).error.code).toMatch(/^REQUEST_/)
  })
})

describe('GET /api/events', () => {
  test('begins with what is stored, then sends each change', async () => {
    const controller = new AbortController()
    const response = await fetch(`${recorder.url}/api/events`, { signal: controller.signal })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const next = eventsOf(response)
    const hello = await next()
    expect(hello).toMatchObject({ event: 'hello', data: { instant: newest / 1_000 } })
    await acknowledge('1', { by: 'Linus' })
    const change = await next()
    expect(change.event).toBe('change')
    expect(change.data.acknowledgement).toBeGreaterThan(Number(hello.data.acknowledgement))
    controller.abort()
  })

  test('sends that a configuration cannot be used, and that it is corrected', async () => {
    let problem: ConfigProblem | undefined
    const configSource = { ...fixedConfig(config), problem: () => problem }
    const other = await recorder.startAnother({ config, configSource })
    const next = eventsOf(await fetch(`${other.url}/api/events`))
    expect((await next()).data).toMatchObject({ config: configHash(config), config_problem: null })
    problem = { at: new Date(newest), code: 'CONFIG_INVALID', message: 'no', next: 'repair it' }
    const broken = await next()
    expect(broken).toMatchObject({ event: 'change', data: { config_problem: newest / 1_000 } })
    problem = undefined
    expect((await next()).data).toMatchObject({ config_problem: null })
    await other.stop()
  }, 30_000)

  test('refuses more listeners than it can bear, and takes new ones when others leave', async () => {
    const controllers = Array.from({ length: 200 }, () => new AbortController())
    const open = async ({ signal }: AbortController) => {
      const response = await fetch(`${recorder.url}/api/events`, { signal })
      if (response.status === 200) await eventsOf(response)()
      return response.status
    }
    expect(new Set(await Promise.all(controllers.map(open)))).toEqual(new Set([200]))
    const refused = await fetch(`${recorder.url}/api/events`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await refused.json()).toMatchObject({ error: { code: 'RECORDER_BUSY', value: 200 } })
    for (const controller of controllers) controller.abort()
    for (;;) {
      const controller = new AbortController()
      const status = await open(controller)
      controller.abort()
      if (status === 200) break
    }
  }, 30_000)

  test('ends every stream when the recorder stops, so that it stops without delay', async () => {
    const other = await recorder.startAnother({ config })
    const response = await fetch(`${other.url}/api/events`)
    const next = eventsOf(response)
    await next()
    await other.stop()
    await expect(next()).rejects.toThrow('ended')
  }, 30_000)
})

describe('the files of the page', () => {
  test('come compressed, and are not sent again while they are the same', async () => {
    const response = await fetch(`${recorder.url}/page/main.js`)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const etag = response.headers.get('etag') as string
    const again = await fetch(`${recorder.url}/page/main.js`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  test('come as they are to who takes nothing compressed', async () => {
    const plain = await fetch(`${recorder.url}/`, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toContain('<title>Mnemoscope</title>')
  })

  test('are under a policy that lets nothing else in', async () => {
    const policy = (await fetch(`${recorder.url}/`)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    // A page of another site that shows ours in a frame could have people click in it.
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("form-action 'none'")
    expect(policy).toContain("base-uri 'none'")
  })
})

/** Reads the events of a stream one by one, heartbeats left out. */
function eventsOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  let text = ''
  return async (): Promise<{ event: string; data: Record<string, unknown> }> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const [event = '', data = ''] = text
          .slice(0, end)
          .split('\n')
          .map((line) => line.replace(/^\w+: ?/, ''))
        text = text.slice(end + 2)
        if (event !== 'alive') return { event, data: JSON.parse(data) }
      } else {
        const { done, value } = await reader.read()
        if (done) throw new Error('ended')
        text += value
      }
    }
  }
}
