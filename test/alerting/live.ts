import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { type ConfigInput, defineConfig, durationSeconds } from '@mnemoscope/kpi'
import { eventually } from '../harness/eventually.js'
import type { Figure } from '../harness/figures.js'
import { atMost, quantile } from './figures.js'
import { type Monitoring, query, queryRange, startMonitoringServers } from './monitoring.js'
import { type Notice, type Notices, noticesOf } from './notices.js'
import type { Pace } from './pace.js'
import { type Stream, streams } from './story.js'
import { type Fired, runs, type Verdict, verdictOf } from './verdict.js'

const contextSize = 8_192
const tickMs = 50
/** Prometheus and Alertmanager take these; what a notification takes beyond them is ours to answer for. */
const scrape = 1
const evaluation = 1
const groupWait = 1
/** Longer than the longest pause between scrapes, and not for good: later jumps would wait for alerts of all before. */
const jumpSeconds = 10

/** Each is a place with every KPI, whose rules run each second: of many more the machine would not keep pace. */
const jumpingModels = 10

/** What a story came to. */
export interface Told {
  readonly verdicts: readonly (Verdict & Notices & Stream)[]
  /** Seconds from each jump to its notification, beyond scrape, evaluation and group wait. */
  readonly delays: readonly number[]
  readonly jumps: number
  /** Longest time between two scrapes, in seconds: a machine that is too busy makes alerts late and values end. */
  readonly longestPause: number
  /** Longest time between two evaluations, in seconds. */
  readonly longestWait: number
}

/** A model whose memory jumps past its threshold, and when, Unix ms. */
interface Jump {
  readonly model: string
  readonly at: number
}

/** Tells the story to real servers, all streams side by side. */
export async function tell(pace: Pace): Promise<Told> {
  const input: ConfigInput = {
    contextSizes: [contextSize],
    scrapeInterval: `${scrape}s`,
    alertCheckInterval: `${evaluation}s`,
    alerting: { groupWait: `${groupWait}s`, groupInterval: '1s' },
    kpis: pace.kpis,
  }
  const monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig(input) })
  let monitoring: Monitoring | undefined
  try {
    const targets = [new URL(monitor.url as string).host]
    monitoring = await startMonitoringServers({ ...input, services: [{ name: 'memory', targets }] })
    const { prometheusUrl } = monitoring
    await eventually(
      'the first scrape',
      async () => (await query(prometheusUrl, 'up{job="memory"} == 1')).length > 0,
    )
    const all = streams(pace)
    const { startedAt, jumps } = await drive(monitor, all, pace)
    const end = Date.now() / 1_000
    const fired = await firedBetween(prometheusUrl, startedAt, end)
    const slack = Math.max(
      ...Object.values(monitoring.config.kpis).map(({ id, expiry }) =>
        id in pace.kpis && id !== 'memory_usage' ? durationSeconds(expiry) : 0,
      ),
    )
    const notices = noticesSince(monitoring, startedAt)
    const ending = { slack, end: end - startedAt }
    return {
      verdicts: all.map((stream) => ({
        ...stream,
        ...verdictOf(stream, fired, ending),
        ...noticesOf(stream, notices, slack),
      })),
      delays: delays(monitoring, jumps),
      jumps: jumps.length,
      longestPause: await longestPause(prometheusUrl, 'up{job="memory"}', end - startedAt),
      longestWait: await longestPause(
        prometheusUrl,
        'job_model_context_size_operation:mnemoscope_f1_score:current{model="f1_score 1,000 a second healthy"}',
        end - startedAt - 10,
      ),
    }
  } finally {
    await monitor.stop()
    await monitoring?.stop()
  }
}

/** Records what the story says, in real time. @returns its beginning, Unix seconds, and the jumps */
async function drive(
  monitor: Monitor,
  all: readonly Stream[],
  pace: Pace,
): Promise<{ startedAt: number; jumps: readonly Jump[] }> {
  const playing = all.map((stream) => ({
    stream,
    handle: monitor.for({ model: stream.model, contextSize }),
    done: 0,
  }))
  const jumps: Jump[] = []
  const jumpedAt = new Map<string, number>()
  for (let i = 0; i < jumpingModels; i++) {
    const model = `jump ${i}`
    const isHigh = () => Date.now() - (jumpedAt.get(model) ?? 0) < jumpSeconds * 1_000
    monitor.for({ model, contextSize }).memory_usage.observe(() => (isHigh() ? 2e9 : 1e6))
  }
  const startedAt = Date.now() / 1_000
  // Jumps are spread over the story and over the phases of the scrapes, and leave time for the last notification.
  const jumpEvery = (pace.length - 12) / pace.jumps
  for (let at = 0; at < pace.length; at = Date.now() / 1_000 - startedAt) {
    for (const each of playing) {
      const { stream, handle } = each
      for (; each.done * stream.every <= at; each.done++) {
        handle[stream.kpi].record(stream.value(each.done, each.done * stream.every))
      }
    }
    for (let i = jumps.length; i < pace.jumps && 4 + i * jumpEvery <= at; i++) {
      const jump = { model: `jump ${i % jumpingModels}`, at: Date.now() }
      jumps.push(jump)
      jumpedAt.set(jump.model, jump.at)
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs))
  }
  return { startedAt, jumps }
}

async function firedBetween(url: string, startedAt: number, end: number): Promise<Fired[]> {
  const alerts = 'ALERTS{alertstate="firing", kpi=~"f1_score|latency", severity!~"info|none"}'
  const series = await queryRange(url, alerts, { start: startedAt, end, step: evaluation })
  return series.flatMap(({ metric, values }) => {
    const times = values.map(([at]) => at - startedAt)
    const { model = '', severity = '' } = metric
    return runs(times, evaluation).map((run) => ({ ...run, model, severity }))
  })
}

/** What the receiver was told of KPIs' thresholds, each alert by itself. */
function noticesSince({ notified }: Monitoring, startedAt: number): Notice[] {
  return notified
    .filter(
      ({ labels: { kpi, severity } }) => (kpi === 'f1_score' || kpi === 'latency') && severity !== 'info',
    )
    .map(({ labels: { model = '', severity = '' }, status, startsAt }) => ({
      ...{ model, severity, status },
      from: Date.parse(startsAt) / 1_000 - startedAt,
    }))
}

/** Longest time between two samples of a series, in seconds. */
async function longestPause(url: string, series: string, seconds: number): Promise<number> {
  const samples = `${series}[${Math.floor(seconds)}s]`
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: samples })}`)
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } }
  const times = (data.result[0]?.values ?? []).map(([at]) => at)
  return Math.max(...times.slice(1).map((at, i) => at - (times[i] as number)))
}

function delays({ notified }: Monitoring, jumps: readonly Jump[]): number[] {
  return jumps.flatMap(({ model, at }, i) => {
    const until = jumps[i + jumpingModels]?.at ?? Number.POSITIVE_INFINITY
    const first = notified.find(
      ({ labels, status, receivedAt }) =>
        labels.model === model && status === 'firing' && receivedAt >= at && receivedAt < until,
    )
    return first === undefined ? [] : [(first.receivedAt - at) / 1_000 - scrape - evaluation - groupWait]
  })
}

/** The figures of a told story. */
export function figuresOf({ verdicts, delays, jumps, longestPause, longestWait }: Told): Figure[] {
  const total = (key: keyof Verdict | keyof Notices) =>
    verdicts.reduce((sum, verdict) => sum + verdict[key], 0)
  const seeded = total('seeded')
  return [
    // Values are forgotten within seconds here: a pause that long says that the machine did not keep pace, not that a rule is wrong.
    atMost('longest pause between scrapes', longestPause, 's', 3),
    atMost('longest pause between evaluations', longestWait, 's', 3),
    { name: 'alerts seeded', value: seeded, unit: 'alerts', goal: seeded, ok: seeded > 0 },
    atMost('missed', total('missed'), 'alerts', 0),
    atMost('false alarms', total('falseAlarms'), 'alerts', 0),
    atMost('flaps', total('flaps'), 'alerts', 0),
    atMost('not resolved', total('unresolved'), 'alerts', 0),
    atMost('notifications that never came', total('untold'), 'notifications', 0),
    atMost('notifications too many', total('repeated'), 'notifications', 0),
    atMost('jumps never notified', jumps - delays.length, 'alerts', 0),
    atMost('breach to notification beyond the intervals, p95', quantile(delays, 0.95), 's', 2),
  ]
}

/** The counts as a table, a line for each rate and role. */
export function table({ verdicts }: Told): string {
  const counts = [
    ...(['seeded', 'raised', 'missed', 'falseAlarms', 'flaps', 'unresolved'] as const),
    ...(['told', 'ended', 'untold', 'repeated'] as const),
  ]
  const rows = verdicts.map((verdict) => [
    ...[verdict.kpi, verdict.rate, verdict.role],
    ...counts.map((count) => String(verdict[count])),
  ])
  const head = [
    'KPI',
    'traffic',
    'values',
    ...counts.map((count) => (count === 'falseAlarms' ? 'false' : count)),
  ]
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(i < 3 ? 15 : 11))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}
