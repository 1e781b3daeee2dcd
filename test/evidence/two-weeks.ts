import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Config, type ConfigInput, defineConfig, type Kpi, names } from '@mnemoscope/kpi'
import { findTools, type RunningServer, startPrometheus } from '@mnemoscope/servers'
import { written } from '../agree/evaluated.js'
import { scrapes } from '../agree/exposed.js'
import type { Place, Traffic } from '../agree/traffic.js'
import { toolsDir } from '../harness/repository.js'
import { countersOf } from '../truth/exposed.js'
import { every, type Kind, type Minutes } from '../truth/operations.js'
import { beta, lognormal, seeded } from '../truth/random.js'
import type { Scrape } from '../truth/scrapes.js'

const day = 24 * 60
/** Seconds. */
const scrapeInterval = 30

/** The configuration on the main branch. */
export const todaysInput = {
  scrapeInterval: '30s',
  services: [{ name: 'recall', targets: ['10.0.0.1:9464', '10.0.0.2:9464'] }],
  kpis: {
    answer_quality: {
      title: 'Answer quality',
      description: 'How good people find an answer.',
      unit: '1',
      instrument: 'histogram',
      direction: 'higher_is_better',
      range: { min: 0, max: 1 },
      statistic: 'mean',
      boundaries: [0.2, 0.4, 0.6, 0.8],
      thresholds: { warning: 0.6, critical: 0.4 },
    },
  },
} as const satisfies ConfigInput

/** From here on, in minutes, another kind of operation until the next part. */
type Part = readonly [from: number, kind: Kind]

const score = (mean: number): Kind => ({ draw: beta(mean, 0.06), mean, deviation: 0.06 })
const duration = (p95: number): Kind => ({ draw: lognormal(p95, 0.5), mean: p95 / 2, deviation: p95 / 4 })
/**
 * What happens to the F1 score of `alpha`, in days: three small dips a day, which nobody minds; day 3 a critical breach of 40 minutes; day 9
 * an error of an hour; day 11 a slow decline that ends in a critical breach, and recovers.
 */
function f1OfAlpha(days: number): Part[] {
  const usual = score(0.9)
  const dips = Array.from({ length: 3 * days }, (_, i): Part[] => {
    const from = i * 480 + 200
    return [
      [from, score(0.845)],
      [from + 40, usual],
    ]
  }).flat()
  const incident = (at: number, minutes: number, mean: number): Part[] => [
    [at, score(mean)],
    [at + minutes, usual],
  ]
  const decline = [0.87, 0.85, 0.83, 0.815, 0.805, 0.79, 0.77, 0.74, 0.7, 0.64]
  const start = 11 * day + 300
  return [
    [0, usual] as Part,
    ...dips,
    ...incident(3 * day + 300, 40, 0.62),
    ...incident(9 * day + 300, 60, 0.725),
    ...decline.map((mean, i): Part => [start + 12 * i, score(mean)]),
    [start + 12 * decline.length, usual] as Part,
  ].sort(([a], [b]) => a - b)
}

/** What a service of two replicas does, by the raw values of each operation. */
export function trafficOf(config: Config, days: number): Traffic[] {
  const uniform = seeded(2_026)
  const at = (model: string, operation: string): Place => ({
    service: 'recall',
    model,
    contextSize: '8192',
    operation,
  })
  const steady = (kind: Kind): Part[] => [[0, kind]]
  const course = (place: Place, id: string, pace: number, parts: readonly Part[]): Traffic => {
    const kpi = (config.kpis as Readonly<Record<string, Kpi>>)[id] as Kpi
    const minutes = days * day
    const lives = todaysInput.services[0].targets.map((instance, replica) => ({
      instance,
      starts: 0,
      operations: parts.flatMap(([from, kind], i) => {
        const time: Minutes = [from, Math.min(minutes, parts[i + 1]?.[0] ?? minutes)]
        if (time[0] >= time[1]) return []
        return every(pace, time, kind, Math.floor(uniform() * 2 ** 31)).map((each) => ({
          ...each,
          at: each.at + (replica * pace) / 3,
        }))
      }),
    }))
    return { place, kpi, pattern: { name: id, kpi: id, minutes, scrapeInterval, lives, says: {} } }
  }
  const slow: Part[] = [
    [0, duration(2)],
    [6 * day + 600, duration(26)],
    [6 * day + 640, duration(2)],
  ]
  return [
    course(at('alpha', 'search'), 'f1_score', 15, f1OfAlpha(days)),
    course(at('beta', 'search'), 'f1_score', 20, steady(score(0.93))),
    course(at('beta', 'search'), 'latency', 20, slow),
    course(at('alpha', 'search'), 'answer_quality', 60, steady(score(0.8))),
  ]
}

/** A Prometheus that holds the traffic up to now, in blocks. */
export async function startTwoWeeks(folder: string, days: number): Promise<RunningServer> {
  const tools = await findTools(['prometheus', 'promtool'], { toolsDir })
  const dataDir = join(folder, 'prometheus')
  mkdirSync(dataDir, { recursive: true })
  const file = join(folder, 'traffic.om')
  const end = Math.floor(Date.now() / 1_000 / scrapeInterval) * scrapeInterval
  await writeTraffic(file, trafficOf(defineConfig(todaysInput), days), end - days * day * 60)
  await promisify(execFile)(
    tools.promtool.command,
    // It reads its input again for each block.
    ['tsdb', 'create-blocks-from', '--max-block-duration=384h', 'openmetrics', '--quiet', file, dataDir],
    { maxBuffer: 2 ** 28 },
  )
  const configFile = join(folder, 'prometheus.yml')
  writeFileSync(configFile, '{}\n')
  return startPrometheus({
    command: tools.prometheus.command,
    configFile,
    stateDir: folder,
    dataDir,
    port: 0,
  })
}

async function writeTraffic(file: string, traffic: readonly Traffic[], start: number): Promise<void> {
  const out = createWriteStream(file)
  const write = async (
    name: string,
    labels: Readonly<Record<string, string>>,
    all: readonly Scrape[],
    of: (scrape: Scrape) => number | undefined,
  ) => {
    const series = `${name}{${written(labels)}}`
    const lines = all.flatMap((scrape) => {
      const value = of(scrape)
      return value === undefined ? [] : [`${series} ${value} ${start + scrape.at}\n`]
    })
    if (!out.write(lines.join(''))) await once(out, 'drain')
  }
  for (const [i, { kpi, place, pattern }] of traffic.entries()) {
    for (const [instance, all] of scrapes({ kpi, place, pattern })) {
      const { service, model, contextSize, operation } = place
      if (i === 0) {
        const process = { job: service, instance }
        await write('up', process, all, () => 1)
        await write(names.processStart, process, all, ({ processStart = 0 }) => start + processStart)
        await write(names.processUptime, process, all, ({ uptime }) => uptime)
      }
      for (const { name, labels, of } of countersOf(kpi)) {
        const where = { job: service, instance, model, context_size: contextSize, operation, ...labels }
        await write(names.metricName(kpi) + name, where, all, of)
      }
    }
  }
  out.end('# EOF\n')
  await once(out, 'finish')
}
