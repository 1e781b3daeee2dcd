import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { bucketEdge, type Kpi } from '@mnemoscope/kpi'
import { answerOf } from './answer.js'
import { expandPromql, type Look } from './expand.js'
import { type Asked, all, look, queries, queryOf } from './look.js'
import { shareUpTo } from './seed/open-metrics.js'
import { type SeededPrometheus, type Series, startSeededPrometheus } from './seed/prometheus.js'
import { config, places } from './seed/story.js'

let prometheus: SeededPrometheus

beforeAll(async () => {
  prometheus = await startSeededPrometheus()
}, 180_000)
afterAll(() => prometheus?.stop())

const [gpt, mixtral, odd] = places as [(typeof places)[0], (typeof places)[0], (typeof places)[0]]
const promqlQueries = queries.filter(({ target }) => typeof target.expr === 'string')

describe('Every PromQL query of the dashboards', () => {
  test.each(promqlQueries.map((query) => [nameOf(query), query] as const))(
    'has an answer on a real Prometheus, every value a number: %s',
    async (_, query) => {
      const series = await answer(query)
      expect(series.length).toBeGreaterThan(0)
      const values = series.flatMap(({ samples }) => samples.map(([, value]) => value))
      expect(values.length).toBeGreaterThan(0)
      expect(values.filter((value) => !Number.isFinite(value))).toEqual([])
    },
  )
})

describe('The overview', () => {
  test('shows each KPI’s worst value, the lowest where higher is better', async () => {
    expect(await numbers(queryOf('overview', 'F1 score: worst now'))).toEqual([0.65])
    expect(await numbers(queryOf('overview', 'Latency: worst now'))).toEqual([22])
    expect(await numbers(queryOf('overview', 'Queue length: worst now'))).toEqual([3_000])
  })

  test('has the value of every KPI at every place in its table, without the names of series', async () => {
    const cells = await answer(queryOf('overview', 'Every KPI now', 'f1_score'))
    expect(byModel(cells)).toEqual({ [gpt.model]: 0.9, [mixtral.model]: 0.65, [odd.model]: 0.8 })
    expect(cells.map(({ labels }) => Object.keys(labels).sort())).toEqual(
      [gpt, mixtral, odd].map(({ operation }) => [
        'context_size',
        'job',
        'model',
        ...(operation === '' ? [] : ['operation']),
      ]),
    )
  })

  test('ranks each place by the worst level that fires there, 0 where nothing does', async () => {
    const ranks = await answer(queryOf('overview', 'Every KPI now', 'level'))
    expect(byModel(ranks)).toEqual({ [gpt.model]: 0, [mixtral.model]: 3, [odd.model]: 0 })
  })

  test('counts what fires by level', async () => {
    const count = async (level: string) => numbers(queryOf('overview', 'Firing now, by level', level))
    expect(await Promise.all(['critical', 'error', 'warning'].map(count))).toEqual([[1], [1], [1]])
    const elsewhere = look({ model: [gpt.model] })
    expect(await numbers(queryOf('overview', 'Firing now, by level', 'critical'), elsewhere)).toEqual([0])
  })

  test('shows how far each value is from that of one window ago', async () => {
    const moved = byModel(await answer(queryOf('overview', 'F1 score: change over $window')))
    expect(moved[mixtral.model]).toBeCloseTo(-0.2, 12)
    expect(moved[gpt.model]).toBe(0)
    const longAgo = { ...look(), window: '5m' }
    expect(byModel(await answer(queryOf('overview', 'F1 score: change over $window'), longAgo))).toEqual({
      [gpt.model]: 0,
      [mixtral.model]: 0,
      [odd.model]: 0,
    })
  })
})

describe('The model comparison', () => {
  test('averages over the window, the worst first', async () => {
    const bars = await answer(queryOf('model-comparison', 'F1 score: mean, worst first'))
    // Half of the hour before the change, half after it.
    expect(bars.map(({ labels }) => labels.model)).toEqual([mixtral.model, odd.model, gpt.model])
    expect(lastOf(bars[0])).toBeCloseTo(0.75, 2)
    const slowest = await answer(queryOf('model-comparison', 'Latency: p95, worst first'))
    expect(slowest.map(({ labels }) => labels.model)).toEqual([mixtral.model, odd.model, gpt.model])
  })
})

describe('A drill-down', () => {
  test('gives the exact share of measurements beyond each threshold, in the bad direction', async () => {
    const { f1_score: f1, latency } = config.kpis
    const share = async (kpi: Kpi, level: string) =>
      (await numbers(queryOf(`kpi-${kpi.id.replace('_', '-')}`, 'Share beyond each threshold', level)))[0]
    expect(await share(f1, 'critical')).toBeCloseTo(shareUpTo(f1, 0.7), 9)
    expect(await share(f1, 'warning')).toBeCloseTo(shareUpTo(f1, 0.8), 9)
    expect(await share(latency, 'warning')).toBeCloseTo(
      1 - shareUpTo(latency, bucketEdge('lower_is_better', 5)),
      9,
    )
  })

  test('draws each threshold as a constant, those of overrides too', async () => {
    const { panel } = queryOf('kpi-latency', 'Latency and its thresholds', 'A')
    const lines = (panel.targets ?? []).slice(1) as { refId: string; legendFormat: string }[]
    const values = await Promise.all(
      lines.map(async ({ refId, legendFormat }) => [
        legendFormat,
        ...(await numbers(queryOf('kpi-latency', 'Latency and its thresholds', refId))),
      ]),
    )
    expect(values).toEqual([
      ['warning', 5],
      ['error', 10],
      ['critical', 20],
      ['warning (131072)', 8],
    ])
  })

  test('has a series for every bucket in its heatmap, named by its boundary', async () => {
    const buckets = await answer(queryOf('kpi-f1-score', 'F1 score: distribution'))
    expect(buckets.map(({ labels }) => labels.le).sort()).toEqual(
      [...config.kpis.f1_score.boundaries.map(String), '+Inf'].sort(),
    )
    // Four operations a scrape at each of three places; a column of a minute and one scrape before it are five scrapes.
    const whole = buckets.find(({ labels }) => labels.le === '+Inf')
    expect(lastOf(whole)).toBeCloseTo(4 * 3 * 5, 6)
  })

  test('tells outcomes apart', async () => {
    const rates = await answer(queryOf('kpi-adaptation-success-rate', 'By outcome'))
    const perSecond = Object.fromEntries(rates.map((each) => [each.labels.outcome, lastOf(each)]))
    expect(perSecond.success).toBeCloseTo(3 / 15, 6)
    expect(perSecond.failure).toBeCloseTo(6 / 15, 6)
    expect(perSecond.refused).toBeCloseTo(9 / 15, 6)
  })
})

describe('The alert history', () => {
  test('has a lane for each KPI and place that had an alert, at its worst level', async () => {
    const lanes = await answer(
      queryOf('alert-history', 'Worst level by KPI, model, context size and operation'),
    )
    const worst = lanes.map(({ labels, samples }) => [
      labels.kpi,
      labels.model,
      Math.max(...samples.map(([, value]) => value)),
    ])
    expect(worst.sort()).toEqual([
      ['f1_score', mixtral.model, 3],
      ['latency', gpt.model, 1],
    ])
  })
})

describe('The pipeline’s health', () => {
  test('shows the age of the newest snapshot', async () => {
    expect(await numbers(queryOf('pipeline-health', 'Age of the newest snapshot'))).toEqual([42])
  })

  test('shows how long ago each kind of work ended well, and which fails', async () => {
    const newest = async (title: string) =>
      (await answer(queryOf('pipeline-health', title))).map((series) => [
        series.labels.handler ?? series.labels.work,
        lastOf(series),
      ])
    expect((await newest('Time since the last success, by work')).toSorted()).toEqual([
      ['chat', 600],
      ['retention', 1_800],
      ['snapshots', 12],
    ])
    const failed = new Map((await newest('Failed work')) as [string, number][])
    expect([failed.get('retention'), failed.get('snapshots')]).toEqual([0, 0])
    expect(failed.get('chat')).toBeGreaterThan(0)
  })

  test('counts once what each of several recorders counts, and adds up what one of them is at', async () => {
    const waiting = await answer(
      queryOf('pipeline-health', 'Deliveries waiting, given up, and attempts that failed', 'queue'),
    )
    expect(waiting.map((series) => [series.labels.state, lastOf(series)]).toSorted()).toEqual([
      ['given_up', 2],
      ['waiting', 5],
    ])
    const [left, ...others] = await answer(queryOf('pipeline-health', 'Snapshots to backfill'))
    expect([lastOf(left), others]).toEqual([7, []])
  })

  test('tells the queries of Postgres from those of Prometheus', async () => {
    const series = await answer(queryOf('pipeline-health', 'Duration of queries'))
    const byServer = Object.fromEntries(series.map((each) => [each.labels.server, lastOf(each)]))
    // Linear within the bucket that the 95th of a hundred lies in: from 25 or 75 of them to all.
    expect(byServer.postgres).toBeCloseTo(0.1 + 0.9 * (70 / 75), 6)
    expect(byServer.prometheus).toBeCloseTo(0.1 + 0.9 * (20 / 25), 6)
  })

  test('shows each target that is down', async () => {
    const targets = await answer(queryOf('pipeline-health', 'Targets up'))
    const recorder = targets.find(({ labels }) => labels.job === 'mnemoscope-recorder')
    expect([recorder?.samples[0]?.[1], lastOf(recorder)]).toEqual([0, 1])
  })
})

describe('The variables', () => {
  test('list what was measured, each narrowed by those before it', async () => {
    expect(await options('overview', 'job', look())).toEqual(['demo', 'memory-api'])
    expect(await options('overview', 'model', look({ job: ['demo'] }))).toEqual([gpt.model, mixtral.model])
    expect(await options('overview', 'context_size', look({ model: [odd.model] }))).toEqual(['8192'])
    expect(await options('overview', 'operation', look())).toEqual(['generate', 'search'])
    expect(await options('overview', 'operation', look({ model: [odd.model] }))).toEqual([])
    expect(await options('pipeline-health', 'job', look())).toEqual([
      'demo',
      'mnemoscope-alertmanager',
      'mnemoscope-prometheus',
      'mnemoscope-recorder',
    ])
  })

  test.each(places)('select a place with any name: $model', async (place) => {
    const chosen = look({
      job: [place.service],
      model: [place.model],
      context_size: [place.contextSize],
      operation: [place.operation],
    })
    const series = await answer(queryOf('overview', 'F1 score'), chosen)
    expect(series.map(({ labels }) => labels.model)).toEqual([place.model])
  })

  test('take no part of a name for a name', async () => {
    expect(await answer(queryOf('overview', 'F1 score'), look({ model: ['4o'] }))).toEqual([])
  })

  test('select several places at once', async () => {
    const chosen = look({ model: [odd.model, gpt.model] })
    const series = await answer(queryOf('overview', 'F1 score'), chosen)
    expect(series.map(({ labels }) => labels.model).sort()).toEqual([gpt.model, odd.model].sort())
  })
})

function nameOf({ dashboard, panel, target }: Asked): string {
  return `${dashboard} · ${panel.title} · ${target.refId}`
}

function answer(query: Asked, at?: Look): Promise<Series[]> {
  return answerOf(prometheus, query, at)
}

function lastOf(series: Series | undefined): number | undefined {
  return series?.samples.at(-1)?.[1]
}

async function numbers(query: Asked, at?: Look): Promise<(number | undefined)[]> {
  return (await answer(query, at)).map(lastOf)
}

function byModel(series: readonly Series[]): Record<string, number | undefined> {
  return Object.fromEntries(series.map((each) => [each.labels.model, lastOf(each)]))
}

/** The list of a variable: Grafana asks for the values of a label of the series that the query selects. */
async function options(dashboard: string, name: string, at: Look): Promise<string[]> {
  const variable = all.get(dashboard)?.templating?.list?.find((each) => each.name === name)
  const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(String(variable?.query)) ?? []
  if (series === undefined || label === undefined) throw new Error(`${name} asks ${variable?.query}`)
  return prometheus.labelValues(label, expandPromql(series, at), at.from, at.to)
}
