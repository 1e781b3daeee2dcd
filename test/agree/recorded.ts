import { join } from 'node:path'
import { generate } from '@mnemoscope/generate'
import { type Config, isQuantile, type Kpi, names } from '@mnemoscope/kpi'
import { findTool } from '@mnemoscope/servers'
import { parse } from 'yaml'
import { toolsDir } from '../harness/repository.js'
import { evaluated, type Group } from './evaluated.js'
import { processSeries, type Series, seriesOf } from './exposed.js'
import { config, type Traffic } from './traffic.js'

/** The groups of a KPI's generated rules: those that judge and alert, and those that fill a snapshot. */
export function ruleGroups(
  kpi: Pick<Kpi, 'id'>,
  of: Config = config,
): { readonly judging: Group; readonly snapshot: Group } {
  const text = generate(of, { ruleTests: false }).get(`prometheus/rules/${kpi.id}.yml`) ?? ''
  const { groups } = parse(text) as { groups: Group[] }
  const named = (name: string) => groups.find((group) => group.name === name) as Group
  return { judging: named(`mnemoscope_${kpi.id}`), snapshot: named(`mnemoscope_${kpi.id}_snapshot`) }
}

/** Seconds between two evaluations of the rules that judge, and of those for a snapshot. */
export const checkSeconds = 30
export const snapshotSeconds = 60

/**
 * What the generated rules record of raw series, and the samples of their alerts, by the engine of Prometheus: promtool
 * evaluates them one after the other as a server would, and prints what there is.
 */
export async function recordedSeries(
  traffic: readonly Traffic[],
  { folder, minutes }: { folder: string; minutes: number },
): Promise<Series[]> {
  const { command } = await findTool('promtool', { toolsDir })
  const processes = processSeries(traffic)
  const kpis = [...new Set(traffic.map(({ kpi }) => kpi))]
  const all: Series[] = []
  for (const kpi of kpis) {
    const { judging, snapshot } = ruleGroups(kpi)
    const raw = [...processes, ...traffic.filter((each) => each.kpi === kpi).flatMap(seriesOf)]
    const run = (group: Group, input: readonly Series[], seconds: number) => {
      const names = [...new Set(group.rules.flatMap(({ record }) => record ?? []))]
      const wanted = names.filter((name) => !name.startsWith('instance:'))
      const asked = `{__name__=~"${wanted.join('|')}|ALERTS"}`
      const own = join(folder, `${group.name}-${seconds}`)
      return evaluated({ command, folder: own, group, raw: input, seconds, minutes, asked })
    }
    if (!isQuantile(kpi.statistic)) {
      all.push(...(await run(judging, raw, checkSeconds)))
      all.push(...(await run(snapshot, raw, snapshotSeconds)))
      continue
    }
    // The two groups read one another: what a snapshot remembers follows the weights of the judge, whose value is of it.
    const weight = names.judgeSeries.memory(kpi, 'weight_middle')
    const last = names.judgeSeries.lastOperation(kpi)
    const end = judging.rules.findIndex(({ record }) => record === last) + 1
    const weighing = { ...judging, name: `${judging.name}_weights`, rules: judging.rules.slice(0, end) }
    const weights = (await run(weighing, raw, checkSeconds)).filter(({ name }) => name === weight)
    const shown = await run(snapshot, [...raw, ...weights], snapshotSeconds)
    const remembered = names.judgeSeries.remembered(kpi, kpi.statistic)
    const read = shown.filter(({ name }) => name === remembered)
    all.push(...shown, ...(await run(judging, [...raw, ...read], checkSeconds)))
  }
  return all
}
