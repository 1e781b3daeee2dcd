import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reproduction } from '../../packages/cli/src/backtest/fired.js'
import { mnemoscope, startUp } from '../harness/command.js'
import { type Figure, printFigure } from '../harness/figures.js'
import { linkTools } from '../harness/link-tools.js'
import { startWeek } from './week.js'
import { weekInput } from './week-traffic.js'

type Say = (text: string) => void

/** Percent of the time in which either fires. */
const leastAlike = 99

/** `mnemoscope backtest` of the configuration in force, against what fired. */
async function backtest(folder: string, args: readonly string[]): Promise<Reproduction> {
  const { exitCode, stdout, stderr } = await mnemoscope(folder, [
    ...['backtest', 'mnemoscope.config.mjs', '--json', ...args],
  ])
  if (exitCode !== 0) throw new Error(`mnemoscope backtest ended with ${exitCode}: ${stderr}`)
  return (JSON.parse(stdout) as { reproduced: Reproduction }).reproduced
}

function writeConfig(folder: string, config: object): void {
  writeFileSync(join(folder, 'mnemoscope.config.mjs'), `export default ${JSON.stringify(config)}\n`)
}

/** A week of raw samples in blocks, its rules evaluated by the engine of Prometheus: how well a backtest finds its alerts. */
export async function replayWeek(
  seed: number,
  hours: number,
  folder: string,
  say: Say,
): Promise<Reproduction> {
  writeConfig(folder, weekInput)
  const prometheus = await startWeek(seed, hours, folder, say)
  try {
    say('replaying the week …')
    return await backtest(folder, ['--hours', String(hours), '--prometheus-url', prometheus.url])
  } finally {
    await prometheus.stop()
  }
}

/** Faults of the demo, each with the share of the run at which it begins and ends. */
const faults = [
  ['recall', 0.13, 0.23],
  ['latency', 0.31, 0.4],
  ['tokens', 0.48, 0.58],
  ['overflow', 0.65, 0.74],
  ['recall', 0.82, 0.88],
] as const

/** `mnemoscope up --demo` for so long, with faults: how well a backtest finds the alerts that really fired. */
export async function replayLive(minutes: number, folder: string, say: Say): Promise<Reproduction> {
  writeConfig(folder, { services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }] })
  linkTools(folder)
  const up = await startUp(folder, ['--demo', '--ports', 'auto'])
  try {
    const start = Date.now()
    const until = (share: number) =>
      new Promise((resolve) => setTimeout(resolve, start + share * minutes * 60_000 - Date.now()))
    for (const [fault, from, to] of faults) {
      await until(from)
      say(`${fault} …`)
      await mnemoscope(folder, ['demo', '--fault', fault])
      await until(to)
      await mnemoscope(folder, ['demo', '--fault', 'none'])
    }
    await until(1)
    return await backtest(folder, ['--demo-clock', '--hours', String((Date.now() - start) / 3_600_000)])
  } finally {
    await up.end('SIGTERM')
  }
}

/** Prints how well a replay agrees, and every difference. @returns whether it does */
export function printReproduction(
  what: string,
  reproduced: Reproduction,
  isJson: boolean,
  say: Say,
): boolean {
  const { fired, found, alike, differences } = reproduced
  const share = Number((100 * (alike ?? 0)).toFixed(2))
  const figures: Figure[] = [
    { name: `${what}: alerts that fired`, value: fired, unit: 'alerts', ok: fired > 0 },
    {
      name: `${what}: and the replay lacks`,
      value: fired - found,
      unit: 'alerts',
      goal: 0,
      ok: fired === found,
    },
    { name: `${what}: time alike`, value: share, unit: '%', goal: leastAlike, ok: share >= leastAlike },
  ]
  for (const figure of figures) printFigure(figure, isJson)
  for (const { kind, kpi, severity, model, operation, from, to } of differences)
    say(`  ${what}: ${kind} ${kpi} ${severity} of ${model} ${operation}, ${from} to ${to}`)
  return figures.every(({ ok }) => ok)
}
