/**
 * Two hours of traffic whose raw values are known, through a real Prometheus, a real Postgres and the recorder. Then each
 * number that people read is compared with the same number by plain code from the raw values.
 *
 *   npm run agree [-- --json] [--short] [--seed 1] [--all] [--trends] [--week] [--live 30]
 *
 * About six minutes on two cores. --short has fewer places and charts, and takes half of that. --all prints every number
 * that is wrong. --trends says instead in how many simulated series trends find a change, and how many any test could find.
 * --week and --live hold a backtest of the configuration in force against what fired: in a week of blocks, with incidents,
 * deployments and gaps (about 15 minutes), and in the demo for so many minutes, with faults.
 * Exits 1 where a goal is missed.
 */
import { parseArgs } from 'node:util'
import type { Reproduction } from '../../packages/cli/src/backtest/fired.js'
import { printFigure } from '../harness/figures.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { checkApi } from './api.js'
import { checkBacktest } from './backtest.js'
import { openBook } from './book.js'
import { checkDashboards } from './dashboards.js'
import { type Checked, lookAt } from './look.js'
import { checkMeasurements } from './measurements.js'
import { checkPage } from './page.js'
import { recordedSeries } from './recorded.js'
import { printReproduction, replayLive, replayWeek } from './replayed.js'
import { checkReports } from './report.js'
import { startServers } from './running.js'
import { checkSql } from './sql.js'
import { config, goesOn, lookedAt, trafficOf } from './traffic.js'
import { checkTrends } from './trends.js'
import { truthOf } from './truth.js'
import { weekHours } from './week-traffic.js'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
    trends: { type: 'boolean', default: false },
    week: { type: 'boolean', default: false },
    live: { type: 'string' },
  },
})
const progress = (text: string) => process.stderr.write(`${text}\n`)

if (options.trends) process.exit(checkTrends(options.short ? 100 : 400, options.json) ? 0 : 1)
if (options.week || options.live !== undefined) {
  const own = temporaryFolder('replayed')
  let isAlike = true
  const print = (what: string, reproduced: Reproduction) => {
    isAlike = printReproduction(what, reproduced, options.json, progress) && isAlike
  }
  try {
    if (options.week)
      print(
        'backtest of a week',
        await replayWeek(Number(options.seed), options.short ? 24 : weekHours, own.path, progress),
      )
    if (options.live !== undefined)
      print('backtest of a live run', await replayLive(Number(options.live), own.path, progress))
  } finally {
    own.remove()
  }
  process.exit(isAlike ? 0 : 1)
}

const minutes = lookedAt
const kpiIds = Object.keys(config.kpis)
const traffic = trafficOf(Number(options.seed), options.short ? 'short' : 'long')
const folder = temporaryFolder('agree')
const book = openBook()
let backtest: Reproduction | undefined
try {
  progress(`evaluating the generated rules over ${minutes + goesOn} minutes …`)
  const recorded = await recordedSeries(traffic, { folder: folder.path, minutes: minutes + goesOn })
  // The time that is looked at ends now.
  const start = Math.floor(Date.now() / 60_000) * 60 - minutes * 60
  progress('storing blocks, snapshots and alerts …')
  const running = await startServers(traffic, recorded, { start, minutes }, folder.path)
  try {
    const truth = truthOf(traffic, minutes + goesOn)
    const checked: Checked = {
      running,
      time: { start, minutes },
      truth,
      looks: {
        all: lookAt(truth, start, 1, minutes * 60),
        odd: lookAt(truth, start, 17 * 60 + 13.25, 101 * 60 + 47.5),
      },
    }
    const parts = {
      SQL: () => checkSql(checked, book),
      API: () => checkApi(checked, book),
      reports: () => checkReports(checked, book),
      dashboards: () => checkDashboards(checked, book),
      page: () => checkPage(checked, book, options.short ? ['f1_score', 'latency'] : kpiIds),
      measurements: () => checkMeasurements(checked, traffic, book),
    }
    for (const [name, check] of Object.entries(parts)) {
      progress(`comparing ${name} …`)
      await check()
    }
    progress('comparing a backtest with what fired …')
    backtest = await checkBacktest(checked)
  } finally {
    await running.stop()
  }
} finally {
  folder.remove()
}

let isGood = true
const print = (name: string, value: number, goal: number, ok: boolean) => {
  printFigure({ name, value, unit: 'numbers', goal, ok }, options.json)
  isGood &&= ok
}
const pages = [...book.pages.values()]
for (const { surface, numbers, wrong, unnamed } of pages) {
  printFigure({ name: `${surface}: compared`, value: numbers, unit: 'numbers', ok: true }, options.json)
  if (wrong.length > 0 || unnamed.length > 0) {
    print(`${surface}: other than what happened`, wrong.length, 0, wrong.length === 0)
    print(`${surface}: without a stated meaning`, unnamed.length, 0, unnamed.length === 0)
    const most = options.all ? Number.POSITIVE_INFINITY : 10
    for (const line of wrong.slice(0, most)) progress(`  ${surface}: ${line}`)
    for (const line of [...new Set(unnamed)].slice(0, most))
      progress(`  ${surface}: ${line} does not say what it is of`)
  }
}
const sum = (of: (page: (typeof pages)[number]) => number) =>
  pages.reduce((total, page) => total + of(page), 0)
print(
  'compared',
  sum(({ numbers }) => numbers),
  300,
  sum(({ numbers }) => numbers) >= 300,
)
print(
  'other than what happened',
  sum(({ wrong }) => wrong.length),
  0,
  sum(({ wrong }) => wrong.length) === 0,
)
print(
  'without a stated meaning',
  sum(({ unnamed }) => unnamed.length),
  0,
  sum(({ unnamed }) => unnamed.length) === 0,
)
if (backtest !== undefined) isGood = printReproduction('backtest', backtest, options.json, progress) && isGood
process.exitCode = isGood ? 0 : 1
