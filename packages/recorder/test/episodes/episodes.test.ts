import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { AlertEpisode } from '@mnemoscope/kpi'
import { getJson } from '../plumbing/get-json.js'
import { notification, postWebhook } from '../plumbing/notification.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder()
  const startsAt = new Date().toISOString()
  const alerts = [
    { alertname: 'MnemoscopeF1ScoreCritical', kpi: 'f1_score', severity: 'critical' },
    { alertname: 'MnemoscopeF1ScoreWarning', kpi: 'f1_score', severity: 'warning' },
    { alertname: 'MnemoscopeLatencyWarning', kpi: 'latency', severity: 'warning' },
    { alertname: 'MnemoscopeTargetDown', severity: 'critical' },
  ].map((labels) => ({ status: 'firing' as const, labels: labels as Record<string, string>, startsAt }))
  await postWebhook(recorder.url, notification(alerts))
}, 60_000)
afterAll(() => recorder?.stop(), 60_000)

test.each([
  ['', 4],
  ['kpi=f1_score', 2],
  ['level=warning', 2],
  ['kpi=f1_score&level=warning', 1],
  ['alertname=MnemoscopeTargetDown', 1],
  ['alertname=MnemoscopeTarget', 0],
  ['level=critical&state=closed', 0],
])('/api/episodes?%s gives %i of four episodes', async (query, count) => {
  const { body } = await getJson<{ episodes: AlertEpisode[] }>(`${recorder.url}/api/episodes?${query}`)
  expect(body.episodes).toHaveLength(count)
})

test.each(['kpi=nothing', 'level=fatal', 'alertname=', 'alertname=%00'])(
  '/api/episodes?%s is refused',
  async (query) => {
    expect((await getJson(`${recorder.url}/api/episodes?${query}`)).status).toBe(400)
  },
)

test('acknowledging an alert acknowledges its milder levels, and no worse or other one', async () => {
  const all = async () => {
    const { body } = await getJson<{ episodes: AlertEpisode[] }>(`${recorder.url}/api/episodes`)
    return new Map(body.episodes.map((episode) => [episode.metadata.alertname, episode]))
  }
  const acknowledge = async (alertname: string, by: string) =>
    fetch(`${recorder.url}/api/episodes/${(await all()).get(alertname)?.id}/acknowledge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ by }),
    })
  await acknowledge('MnemoscopeF1ScoreWarning', 'ada')
  expect((await all()).get('MnemoscopeF1ScoreCritical')?.acknowledgement).toBeNull()
  expect((await acknowledge('MnemoscopeF1ScoreCritical', 'grace')).status).toBe(200)
  const by = [...(await all())].map(([name, { acknowledgement }]) => [name, acknowledgement?.by])
  expect(Object.fromEntries(by)).toEqual({
    MnemoscopeF1ScoreCritical: 'grace',
    MnemoscopeF1ScoreWarning: 'grace',
    MnemoscopeLatencyWarning: undefined,
    MnemoscopeTargetDown: undefined,
  })
})

test('the newest rating of an alert counts, and can be taken back', async () => {
  const { body } = await getJson<{ episodes: AlertEpisode[] }>(`${recorder.url}/api/episodes?level=critical`)
  const id = body.episodes[0]?.id
  const post = async (given: unknown, of = id) => {
    const response = await fetch(`${recorder.url}/api/episodes/${of}/rating`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    return [response.status, await response.json()]
  }
  const ratingOf = async () => (await getJson<AlertEpisode>(`${recorder.url}/api/episodes/${id}`)).body.rating
  expect(await ratingOf()).toBeNull()
  await post({ rating: 'noise', by: 'ada', comment: 'a probe' })
  expect(await ratingOf()).toEqual({ rating: 'noise', by: 'ada', comment: 'a probe', at: expect.any(Number) })
  await post({ rating: 'useful', by: 'grace' })
  expect(await ratingOf()).toMatchObject({ rating: 'useful', by: 'grace', comment: null })
  expect(await post({ rating: null, by: 'grace' })).toEqual([200, { rating: null }])
  expect(await ratingOf()).toBeNull()
  expect((await post({ rating: 'fine', by: 'ada' }))[0]).toBe(400)
  expect((await post({ rating: 'noise', by: 'ada' }, 999_999))[0]).toBe(404)
})
