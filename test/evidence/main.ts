/**
 * `npm run evidence [-- --json] [--short]`: whether an alert leads to its cause. Fifty seeded incidents with a planted one, and fifty
 * times without, by the API and by the page in Chromium. About two minutes on two cores; --short has ten of each.
 */
import { parseArgs } from 'node:util'
import { printFigure } from '../harness/figures.js'
import { checkCauses } from './causes.js'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
})
const figures = await checkCauses(options.short ? 10 : 50, (text) => process.stderr.write(`${text}\n`))
for (const figure of figures) printFigure(figure, options.json)
process.exit(figures.every(({ ok }) => ok) ? 0 : 1)
