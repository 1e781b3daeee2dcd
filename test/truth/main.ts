/** `npm run truth`: what the judge says of systems whose truth is known; with `--json` a line for each figure. */
import { parseArgs } from 'node:util'
import { printFigure } from '../harness/figures.js'
import {
  historyFigures,
  type Measured,
  patternFigures,
  rulePatternFigures,
  ruleTableFigures,
  tableFigures,
} from './figures.js'

const usage = `npm run truth -- [--json] [--only PART ...] [--seeds N] [--rule-seeds N] [--histories N]

Measures the judge on simulated systems whose truth is known:
  patterns   breaches, restarts, gaps, clocks and traffic of all kinds, beside what an operator would say
  histories  random histories of four hours (500), at each level
  tables     how often a healthy system is called ill, and how long an ill one waits (100 seeds of each row)
  rules      the patterns by the generated rules in promtool
  rule-rows  ten seeds of each row of the tables by them: rows are up to nine days long, so one seed of each takes ten minutes

--only runs the named parts. The exit code is 1 if a figure misses its goal.`

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: {
      type: 'string',
      multiple: true,
      default: ['patterns', 'histories', 'tables', 'rules', 'rule-rows'],
    },
    seeds: { type: 'string', default: '100' },
    'rule-seeds': { type: 'string', default: '10' },
    histories: { type: 'string', default: '500' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const began = Date.now()
const progress = (text: string) => console.error(`${((Date.now() - began) / 1_000).toFixed(0)} s: ${text}`)
let isGood = true

function print(figures: readonly Measured[]): void {
  for (const { details, ...figure } of figures) {
    printFigure(figure, values.json)
    isGood &&= figure.ok
    if (!values.json) for (const each of details) console.log(`       ${each}`)
  }
}

const parts: Readonly<Record<string, () => Promise<void> | void>> = {
  patterns: () => print(patternFigures()),
  histories: () => print(historyFigures(Number(values.histories), progress)),
  tables: () => print(tableFigures(Number(values.seeds), progress)),
  rules: async () => print(await rulePatternFigures(progress)),
  'rule-rows': async () => print(await ruleTableFigures(Number(values['rule-seeds']), progress)),
}
for (const name of values.only) {
  const run = parts[name]
  if (run === undefined) {
    console.error(`There is no part ${name}: use ${Object.keys(parts).join(', ')}.`)
    process.exit(2)
  }
  progress(name)
  await run()
}
process.exitCode = isGood ? 0 : 1
