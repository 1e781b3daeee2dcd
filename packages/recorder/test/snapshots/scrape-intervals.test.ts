import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { type SeededPrometheus, startSeededPrometheus } from '../../../../test/dashboards/seed/prometheus.js'
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/client.js'
import { querySamples } from '../../src/prometheus/query.js'
import { takeSnapshot, takeSnapshots } from '../../src/snapshots/take.js'
import { intervalsOf } from '../../src/snapshots/timing.js'
import { intervalNotices } from '../../src/status/notices.js'

// Real servers on a busy machine take their time.
jest.setTimeout(120_000)

const config = defineConfig({ services: [{ name: 'memory', targets: ['m:1'] }] })
const { scrapeSeconds, checkSeconds } = intervalsOf(config)
const hour = 3_600
const scrapeIntervals = [15, 30, 60, 120]
/** An hour for each interval, one after another, long before now. */
const begin = Math.floor(Date.now() / 1_000 / hour - 48) * hour
const end = begin + scrapeIntervals.length * hour

/** Prometheus scrapes at each interval, and evaluates its rules every 30 s; then it dies. */
function history(): string {
  const lines: string[] = []
  const kpi = config.kpis.f1_score
  const place = 'job="memory",model="m",context_size="8192",operation="search"'
  for (const [i, interval] of scrapeIntervals.entries()) {
    // A few seconds off the instants of snapshots.
    for (let at = begin + i * hour + 7; at < begin + (i + 1) * hour; at += interval)
      lines.push(`up{job="memory",instance="m:1"} 1 ${at}`)
  }
  for (const name of [names.recordedSeries.current(kpi), names.configInfo])
    for (let at = begin + 3; at < end; at += checkSeconds) lines.push(`${name}{${place}} 0.9 ${at}`)
  return `${lines.join('\n')}\n# EOF\n`
}

let prometheus: SeededPrometheus
let client: PrometheusClient

beforeAll(async () => {
  prometheus = await startSeededPrometheus(history())
  client = createPrometheusClient({ url: prometheus.url })
})
afterAll(() => prometheus?.stop())

describe.each(scrapeIntervals.map((interval, i) => ({ interval, from: begin + i * hour })))(
  'a Prometheus that scrapes every $interval s where the configuration says 15 s',
  ({ interval, from }) => {
    test('loses no instant', async () => {
      // The first minutes after a change of the interval belong to both.
      const range = { from: at(from + 720), to: at(from + hour - 60), stepSeconds: 60 }
      const instants = await takeSnapshots(client, range, intervalsOf(config))
      expect(instants).toHaveLength(48)
      expect(instants.filter((instant) => 'gap' in instant || instant.rows.length !== 1)).toEqual([])
    })

    test('has a notice with both numbers, unless they agree', async () => {
      const scrapes = await querySamples(client, 'up[10m]', at(from + hour - 1))
      const notices = intervalNotices(scrapes, config).map(({ text }) => text)
      const expected =
        `Prometheus scrapes memory every ${interval} s, but scrapeInterval is 15s. ` +
        `Set scrapeInterval to ${interval}s, or scrape_interval in Prometheus to 15s.`
      expect(notices).toEqual(interval === scrapeSeconds ? [] : [expected])
    })
  },
)

test('a Prometheus that has died is still a gap, whatever its interval was', async () => {
  const after = (seconds: number) => takeSnapshot(client, at(end + seconds), intervalsOf(config))
  expect('gap' in (await after(30))).toBe(false)
  for (const seconds of [90, 250, 290]) expect(await after(seconds)).toHaveProperty('gap')
  expect(await after(hour)).toHaveProperty('gap', 'prometheus_has_no_data')
})

function at(seconds: number): Date {
  return new Date(seconds * 1_000)
}
