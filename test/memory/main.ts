/**
 * `npm run memory [-- --json] [--short]`: what is said of a store whose faults are known, and what it takes to read it. 100,000 entries within
 * 5 % of the time, and a million at a full core. --short reads 20,000. About fifteen minutes on two cores.
 */
import { parseArgs } from 'node:util'
import { printFigure } from '../harness/figures.js'
import { type StoreCase, storeFigures } from './store-figures.js'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
})
const cases: readonly StoreCase[] = options.short
  ? [{ entries: 20_000, share: 1, most: { mebibytes: 100, seconds: 60 } }]
  : [
      { entries: 100_000, share: 0.05, most: { mebibytes: 100, seconds: 3_600 } },
      { entries: 1_000_000, share: 1, most: { mebibytes: 400, seconds: 600 } },
    ]
let isGood = true
for (const each of cases) {
  process.stderr.write(`reading a store of ${each.entries.toLocaleString('en-US')} entries\n`)
  for (const figure of await storeFigures(each)) {
    printFigure(figure, options.json)
    isGood &&= figure.ok
  }
}
process.exit(isGood ? 0 : 1)
