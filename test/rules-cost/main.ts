/** `npm run bench:rules`: what the generated rules cost at many places; with `--json` a line for each figure. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { generate } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { findTool, freePort, startPrometheus } from '@mnemoscope/servers'
import { type Figure, printFigure } from '../harness/figures.js'
import { toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { type Cost, measure } from './measure.js'
import { startTarget } from './target.js'

const usage = `npm run bench:rules -- [--json] [--places N ...] [--fill SECONDS] [--watch SECONDS] [--prometheus PATH] [--rules]

Runs the generated rules of all KPIs, three levels each, on a real Prometheus, and measures what they cost while all
places are active, then while nothing new happens at any. Nothing else should run on the machine.
  --places      default: 300 and 3000, each on a server of its own
  --fill        how long the server runs before it is watched (default 150)
  --watch       how long it is watched, active and then idle (default 120)
  --prometheus  default: the one of the tests
  --rules       shows the costliest rules of each group`

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    places: { type: 'string', multiple: true, default: ['300', '3000'] },
    fill: { type: 'string', default: '150' },
    watch: { type: 'string', default: '120' },
    prometheus: { type: 'string' },
    rules: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

/** Most of the time that rules may take, in percent: at all active places, and at 300. */
const goals: Readonly<Record<number, number>> = { 300: 8.1, 3000: 25 }
/** Idle places may cost so much of what active ones cost, in percent. */
const idleGoal = 50

const thresholds = {
  memory_usage: { warning: 1e9, error: 2e9, critical: 4e9 },
  context_utilization: { warning: 0.9, error: 0.95, critical: 0.99 },
  adaptation_success_rate: { warning: 0.9, error: 0.8, critical: 0.7 },
  overflow_frequency: { warning: 0.3, error: 0.4, critical: 0.5 },
}
const kpis = Object.fromEntries(Object.entries(thresholds).map(([id, each]) => [id, { thresholds: each }]))

let isGood = true
const command = values.prometheus ?? (await findTool('prometheus', { toolsDir })).command
for (const places of values.places.map(Number)) await run(places)
process.exitCode = isGood ? 0 : 1

async function run(places: number): Promise<void> {
  const target = await startTarget(defineConfig({ kpis }), places)
  const folder = temporaryFolder('rules-cost')
  try {
    const services = [{ name: 'memory', targets: [target.address] }]
    const files = generate(defineConfig({ kpis, services, scrapeInterval: '30s' }))
    for (const [path, text] of files) {
      if (!path.startsWith('prometheus/')) continue
      const file = join(folder.path, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const port = await freePort()
    const configFile = join(folder.path, 'prometheus/prometheus.yml')
    const { url, stop } = await startPrometheus({ command, configFile, stateDir: folder.path, port })
    try {
      await sleep(Number(values.fill) * 1_000)
      const active = await measure(url, Number(values.watch))
      report(`${places} active places`, active, goals[places])
      target.pause()
      // The last operations have been scraped, and have been in a snapshot.
      await sleep(120_000)
      const idle = await measure(url, Number(values.watch))
      report(`${places} idle places`, idle)
      print({
        name: `idle places beside active ones, ${places}`,
        value: percent(idle.share / active.share),
        unit: '%',
        goal: idleGoal,
        ok: idle.share <= (idleGoal / 100) * active.share,
      })
    } finally {
      await stop()
    }
  } finally {
    await target.stop()
    folder.remove()
  }
}

function report(what: string, { share, cpu, groups }: Cost, goal?: number): void {
  const value = percent(share)
  print({
    name: `rules of ${what}, of the time`,
    value,
    unit: '%',
    goal,
    ok: goal === undefined || value <= goal,
  })
  print({
    name: `CPU of the server with ${what}, scrapes included`,
    value: percent(cpu),
    unit: '% of a core',
    ok: true,
  })
  for (const { name, share, rules } of groups) {
    print({ name: `${name}, ${what}`, value: percent(share), unit: '%', ok: true })
    if (!values.rules || values.json) continue
    const costliest = [...rules].sort((a, b) => b.seconds - a.seconds).slice(0, 8)
    for (const rule of costliest)
      console.log(`       ${(1_000 * rule.seconds).toFixed(0).padStart(6)} ms ${rule.name}`)
  }
}

function print(figure: Figure): void {
  printFigure(figure, values.json)
  isGood &&= figure.ok
}

function percent(share: number): number {
  return Number((100 * share).toPrecision(4))
}
