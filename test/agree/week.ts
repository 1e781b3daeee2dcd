import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { durationSeconds, type Kpi, names, thresholdSeverities } from '@mnemoscope/kpi'
import { findTools, startPrometheus } from '@mnemoscope/servers'
import { toolsDir } from '../harness/repository.js'
import { evaluated } from './evaluated.js'
import { processSeries, type Series, seriesOf } from './exposed.js'
import { writeOpenMetrics } from './open-metrics.js'
import { ruleGroups } from './recorded.js'
import { weekConfig, weekKpis, weekTraffic } from './week-traffic.js'

/** Prometheus' own blocks. */
const blockSeconds = 2 * 3_600

/**
 * A week of raw samples in the blocks of a Prometheus, and the alerts that the generated rules raised of them, evaluated one
 * after the other by the engine of Prometheus.
 * @param seed of what happens
 * @param hours of the week
 * @param say tells how far it is
 */
export async function startWeek(seed: number, hours: number, folder: string, say: (text: string) => void) {
  const tools = await findTools(['prometheus', 'promtool'], { toolsDir })
  const evaluate = async (kpi: Kpi): Promise<Series[]> => {
    const traffic = weekTraffic(kpi, seed, hours)
    const processes = processSeries(traffic)
    const raw = traffic.flatMap(seriesOf).filter(({ name }) => isRead(name, kpi))
    const alerts = thresholdSeverities.map((severity) => names.alertName(kpi, severity)).join('|')
    const own = join(folder, kpi.id)
    const recorded = await evaluated({
      ...{ command: tools.promtool.command, folder: own, group: ruleGroups(kpi, weekConfig).judging },
      ...{ raw: [...processes, ...raw], minutes: hours * 60 },
      seconds: durationSeconds(weekConfig.alertCheckInterval),
      asked: `ALERTS{alertstate="firing", alertname=~"${alerts}"}`,
    })
    rmSync(own, { recursive: true })
    say(`  ${kpi.id}: evaluated`)
    // Every service is in the traffic of the first KPI.
    return [...(kpi === weekKpis[0] ? processes : []), ...raw, ...recorded]
  }
  say('evaluating the generated rules …')
  const waiting = [...weekKpis]
  const all: Series[] = []
  const lane = async () => {
    for (let kpi = waiting.shift(); kpi !== undefined; kpi = waiting.shift())
      all.push(...(await evaluate(kpi)))
  }
  // One for each of two cores.
  await Promise.all([lane(), lane()])
  say('storing blocks …')
  const dataDir = join(folder, 'prometheus')
  mkdirSync(dataDir, { recursive: true })
  // Now is the end of the week.
  const start = Math.floor(Date.now() / 60_000) * 60 - hours * 3_600
  const file = join(folder, 'part.om')
  for (const part of partsOf(all, start).values()) {
    await writeOpenMetrics(file, part, start)
    const create = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataDir]
    await promisify(execFile)(tools.promtool.command, create, { maxBuffer: 2 ** 28 })
  }
  rmSync(file)
  const configFile = join(folder, 'prometheus.yml')
  writeFileSync(configFile, '{}')
  const { command } = tools.prometheus
  return startPrometheus({
    ...{ command, configFile, stateDir: folder, dataDir, port: 0, queryMaxSamples: 50_000_000 },
  })
}

/** Samples by the block of Prometheus that they are in, in the order of time. promtool reads a file again for each block. */
function partsOf(all: readonly Series[], start: number): Map<number, Series[]> {
  const parts = new Map<number, Series[]>()
  for (const { samples, ...series } of all) {
    let [block, own]: [number, [number, number][]] = [Number.NaN, []]
    for (const [at, value] of samples) {
      const here = Math.floor((start + at) / blockSeconds)
      if (here !== block) {
        ;[block, own] = [here, []]
        parts.set(block, [...(parts.get(block) ?? []), { ...series, samples: own }])
      }
      own.push([at, value])
    }
  }
  return new Map([...parts].sort(([a], [b]) => a - b))
}

/** Buckets are read of quantiles alone. */
function isRead(name: string, { statistic }: Kpi): boolean {
  return !name.endsWith('_bucket') || statistic.startsWith('p')
}
