import { expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { startTogether } from '../../../../test/harness/started.js'
import {
  bucketNotices,
  foreignNotices,
  intervalNotices,
  lossNotices,
  type Notices,
  nameNotices,
  refusalNotices,
} from '../../src/status/notices.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestPrometheus } from '../plumbing/prometheus.js'
import { startTestRecorder } from '../plumbing/recorder.js'
import { waitFor } from '../plumbing/wait-for.js'

// Real servers on a busy machine take their time.
jest.setTimeout(120_000)

test('alerts of other people are named with their number and the matcher that keeps them away', () => {
  expect(foreignNotices(undefined)).toEqual([])
  expect(foreignNotices({ count: 3, example: 'DiskFull' })).toEqual([
    {
      kind: 'foreign_alerts',
      service: '',
      text:
        'In the last hour Alertmanager sent 3 alerts that are not of Mnemoscope, such as DiskFull; nothing of it is ' +
        'stored. Give its route to the recorder the matcher alertname=~"Mnemoscope.+".',
    },
  ])
})

test('refusals are named with service, KPI, reason and number, the most frequent first', () => {
  const refused = (kpi: string, reason: string, value: number) => ({
    labels: { job: 'memory', kpi, reason },
    value,
  })
  const notices = refusalNotices([
    refused('latency', 'not_finite', 1.01),
    refused('f1_score', 'out_of_range', 120.4),
  ])
  expect(notices.map(({ text }) => text)).toEqual([
    'In the last hour 120 measurements of f1_score from memory were refused: out_of_range.',
    'In the last hour 1 measurement of latency from memory was refused: not_finite.',
  ])
})

test('measurements that did not reach the recorder are named, and what they do not touch', () => {
  const lost = (job: string, value: number) => ({ labels: { job }, value })
  expect(lossNotices([lost('memory', 298.6), lost('search', 1.01)]).map(({ text }) => text)).toEqual([
    'In the last hour about 299 single measurements from memory did not reach the recorder; its metrics are complete. ' +
      'The warning MEASUREMENTS_DROPPED in its log says why and what to do.',
    expect.stringMatching(/^In the last hour a single measurement from search did not reach the recorder;/),
  ])
})

test('a scrape interval is compared for configured services, from three scrapes on, and not by a late scrape', () => {
  const config = defineConfig({ services: [{ name: 'memory', targets: ['m:1'] }] })
  const scraped = (job: string, seconds: readonly number[]) => ({
    labels: { job, instance: 'm:1' },
    samples: seconds.map((second) => ({ at: second * 1_000, value: 1 })),
  })
  const of = (...scrapes: Parameters<typeof scraped>[]) =>
    intervalNotices(
      scrapes.map((each) => scraped(...each)),
      config,
    ).map(({ text }) => text.replace(/, but.*/, ''))
  expect(of(['memory', [0, 60]])).toEqual([])
  expect(of(['memory', [0, 15, 30.4, 75, 90]])).toEqual([])
  expect(of(['another', [0, 60, 120]])).toEqual([])
  expect(of(['memory', [0, 60, 120]])).toEqual(['Prometheus scrapes memory every 60 s'])
})

test('a target that calls itself something else than its service is named', () => {
  const info = (job: string, instance: string, service_name?: string) => ({
    labels: { job, instance, ...(service_name === undefined ? {} : { service_name }) },
    value: 1,
  })
  const services = ['memory', 'search'].map((name) => ({ name, targets: ['m:1'] }))
  const same = [info('memory', 'm:1', 'memory'), info('search', 's:1'), info('another', 'a:1', 'demo')]
  expect(nameNotices(same, { services })).toEqual([])
  const others = [info('memory', 'm:3', 'demo'), info('memory', 'm:2', 'demo'), ...same]
  expect(nameNotices(others, { services }).map(({ service, text }) => [service, text])).toEqual([
    [
      'memory',
      'Prometheus scrapes memory, but m:2 calls itself demo, and 1 more. ' +
        'Correct the address in services, or give both the same name.',
    ],
  ])
})

test('a threshold of a quantile without a bucket at it is named, but not where a bucket ends at the threshold', () => {
  const thresholds = { warning: 6, error: 10, critical: 20 }
  const { latency } = defineConfig({ kpis: { latency: { thresholds } } }).kpis
  const of = (service: string, boundaries: readonly string[]) =>
    boundaries.map((le) => ({ labels: { job: service, le }, value: 1 }))
  const current = latency.boundaries.map(String)
  const before = defineConfig().kpis.latency.boundaries.map(String)
  const notices = bucketNotices(latency, [
    ...of('current', [...current, '+Inf']),
    ...of('not-ours', ['1', '6.0', '10.0', '2e+01', '+Inf']),
    ...of('started-before', [...before, '+Inf']),
  ])
  expect(notices).toEqual([
    {
      kind: 'threshold_without_bucket',
      service: 'started-before',
      text:
        'started-before has no bucket at 6 s of latency, so operations beyond it are not known. ' +
        'Restart it with the current configuration.',
    },
  ])
})

test('the recorder answers with the notices, and with null while Prometheus does not answer', async () => {
  const prometheus = await startTestPrometheus()
  const bucket = 'mnemoscope_latency_seconds_bucket{model="m",context_size="8192",operation="search"'
  const { drops } = names.instrumentationMetric
  prometheus.expose(`${drops} 0\n`)
  await waitFor(async () => {
    const { body } = await getJson<{ data: { result: unknown[] } }>(
      `${prometheus.url}/api/v1/query?query=${drops}`,
    )
    return body.data.result.length > 0
  })
  prometheus.expose(
    `${drops} 70\n${names.refusedInHour}{kpi="f1_score",reason="out_of_range"} 4\ntarget_info{service_name="demo"} 1\n` +
      [4.999999999999999, 9.999999999999998, 30].map((le) => `${bucket},le="${le}"} 1\n`).join(''),
  )
  const config = defineConfig({ services: [{ name: 'memory', targets: ['m:1'] }] })
  const [recorder, alone] = await startTogether(
    startTestRecorder({ config, prometheusUrl: prometheus.url }),
    startTestRecorder(),
  )
  const notices = async ({ url }: { readonly url: string }) =>
    (await getJson<Notices>(`${url}/api/notices`)).body.notices
  const found = await waitFor(async () => {
    const all = await notices(recorder)
    return all?.length === 5 && all
  })
  expect(found).toEqual([
    {
      kind: 'refused_measurements',
      service: 'memory',
      text: 'In the last hour 4 measurements of f1_score from memory were refused: out_of_range.',
    },
    {
      kind: 'lost_measurements',
      service: 'memory',
      // Prometheus extrapolates an increase.
      text: expect.stringMatching(
        /^In the last hour about \d+ single measurements from memory did not reach/,
      ),
    },
    {
      kind: 'scrape_interval',
      service: 'memory',
      text:
        'Prometheus scrapes memory every 1 s, but scrapeInterval is 15s. ' +
        'Set scrapeInterval to 1s, or scrape_interval in Prometheus to 15s.',
    },
    {
      kind: 'service_name',
      service: 'memory',
      // This Prometheus drops the label `instance`.
      text:
        'Prometheus scrapes memory, but a target calls itself demo. ' +
        'Correct the address in services, or give both the same name.',
    },
    {
      kind: 'threshold_without_bucket',
      service: 'memory',
      text:
        'memory has no bucket at 20 s of latency, so operations beyond it are not known. ' +
        'Restart it with the current configuration.',
    },
  ])
  expect(await notices(alone)).toBeNull()
  await Promise.all([recorder.stop(), alone.stop(), prometheus.stop()])
})
