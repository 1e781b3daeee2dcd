import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { generate } from '@mnemoscope/generate'
import { type Config, defineConfig, durationSeconds, type Kpi, names, outcomesOf } from '@mnemoscope/kpi'
import { findTools, freePort, startPrometheus } from '@mnemoscope/servers'
import { parse, stringify } from 'yaml'
import { eventually } from '../../harness/eventually.js'
import { toolsDir } from '../../harness/repository.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { query } from '../monitoring.js'

/** A trend looks back over 25 hours. */
const historySeconds = 26 * 3_600
/** Places with a history: all of the trend's, a tenth of those with outcomes, whose samples are many more. */
const trendPlaces = 300
const burnPlaces = 30
/** Each group is evaluated so often here, to have several evaluations in a minute. */
const hurriedSeconds = 15
const evaluations = 5

/**
 * Share of the time that the rules take which look back up to a day, for all KPIs at 300 places, each group at its own
 * interval: of the average evaluation over a real day of samples. Measured of one KPI's trend and one KPI's burn rates
 * and multiplied by the KPIs and places there are; what an evaluation costs beside its samples makes that too much,
 * rather than too little.
 */
export async function dayShare(): Promise<number> {
  const config = defineConfig({
    kpis: { adaptation_success_rate: { target: 0.95 }, overflow_frequency: { target: 0.1 } },
  })
  const { f1_score: trend, adaptation_success_rate: burn } = config.kpis
  const folder = temporaryFolder('day')
  const tools = await findTools(['prometheus', 'promtool'], { toolsDir })
  try {
    const data = join(folder.path, 'prometheus')
    mkdirSync(data)
    const history = join(folder.path, 'history.om')
    await writeHistory(history, config, trend, burn)
    await promisify(execFile)(tools.promtool.command, [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      '-q',
      history,
      data,
    ])
    const groups = [...groupsOf(config, trend, '_trend'), ...groupsOf(config, burn, '_burn_')]
    const hurried = groups.map((group) => ({ ...group, interval: `${hurriedSeconds}s` }))
    writeFileSync(join(folder.path, 'rules.yml'), stringify({ groups: hurried }))
    const configFile = join(folder.path, 'prometheus.yml')
    writeFileSync(configFile, stringify({ rule_files: ['rules.yml'] }))
    const [command, stateDir, port] = [tools.prometheus.command, folder.path, await freePort()]
    const { url, stop } = await startPrometheus({ command, configFile, stateDir, port })
    try {
      const average = await averages(url, groups.length)
      const kpis = Object.values(config.kpis)
      const targets = kpis.filter(({ target }) => target !== undefined).length
      return groups.reduce((sum, { name, interval }) => {
        const times = name.endsWith('_trend') ? kpis.length : (targets * trendPlaces) / burnPlaces
        return sum + (times * (average.get(name) ?? Number.NaN)) / durationSeconds(interval)
      }, 0)
    } finally {
      await stop()
    }
  } finally {
    folder.remove()
  }
}

interface Group {
  readonly name: string
  readonly interval: string
}

function groupsOf(config: Config, kpi: Kpi, kind: string): Group[] {
  const { groups } = parse(generate(config).get(`prometheus/rules/${kpi.id}.yml`) ?? '') as {
    groups: Group[]
  }
  return groups.filter(({ name }) => name.includes(kind))
}

/** Seconds that an evaluation of each group took, on average. */
async function averages(url: string, groups: number): Promise<Map<string, number>> {
  const took = new Map<string, Map<string, number>>()
  await eventually(
    'the evaluations',
    async () => {
      const response = await fetch(`${url}/api/v1/rules`)
      const { data } = (await response.json()) as {
        data: {
          groups: {
            name: string
            lastEvaluation: string
            evaluationTime: number
            rules: { health: string }[]
          }[]
        }
      }
      for (const { name, lastEvaluation, evaluationTime, rules } of data.groups) {
        if (rules.some(({ health }) => health !== 'ok')) continue
        took.set(name, (took.get(name) ?? new Map()).set(lastEvaluation, evaluationTime))
      }
      return took.size === groups && [...took.values()].every(({ size }) => size >= evaluations)
    },
    { withinMs: 300_000, everyMs: 1_000 },
  )
  // An evaluation of nothing costs nothing.
  const judged = await query(
    url,
    `count(${names.recordedSeries.windowed(defineConfig().kpis.f1_score, 'current_mean', '1d')})`,
  )
  if (Number(judged[0]?.value[1]) !== trendPlaces)
    throw new Error(`a day of ${trendPlaces} places is not there`)
  return new Map(
    [...took].map(([name, times]) => [
      name,
      [...times.values()].reduce((sum, time) => sum + time, 0) / times.size,
    ]),
  )
}

async function writeHistory(path: string, config: Config, trend: Kpi, burn: Kpi): Promise<void> {
  const out = createWriteStream(path)
  const end = Math.floor(Date.now() / 1_000) + hurriedSeconds * (evaluations + 2)
  const place = (p: number) =>
    `job="memory",model="model ${p % 50}",context_size="${1_024 * (1 + Math.floor(p / 50))}"`
  const write = async (series: string, every: number, value: (at: number) => number) => {
    let text = ''
    for (let at = end - historySeconds; at <= end; at += every) text += `${series} ${value(at)} ${at}\n`
    if (!out.write(text)) await once(out, 'drain')
  }
  const evaluation = durationSeconds(config.alertCheckInterval)
  for (let p = 0; p < trendPlaces; p++) {
    // Digits as measured values have them: rounder ones would be packed smaller.
    await write(
      `${names.recordedSeries.current(trend)}{${place(p)}}`,
      evaluation,
      (at) => 0.9 + 0.05 * Math.sin(at * 7 + p),
    )
  }
  const scrape = durationSeconds(config.scrapeInterval)
  const label = burn.outcomes?.label
  for (let p = 0; p < burnPlaces; p++) {
    for (const [i, outcome] of outcomesOf(burn).entries()) {
      const labels = `${place(p)},instance="memory:9464",operation="search",${label}="${outcome}"`
      await write(`${names.metricName(burn)}{${labels}}`, scrape, (at) =>
        Math.floor((at - end + historySeconds) / (4 ** i * 3)),
      )
    }
  }
  out.end('# EOF\n')
  await finished(out)
}
