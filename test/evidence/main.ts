/**
 * `npm run evidence [-- --json] [--short] [--only causes|pull-requests|assistant|notified]`: whether an alert leads to its cause,
 * whether an edit gets the verdict of a human, whether an assistant gets the facts, and whether it is told rightly who was notified of
 * an alert. Fifty seeded incidents with a planted cause, and fifty times without, by the API and by the page in Chromium. Then pull
 * requests on two weeks of metrics, ten questions by the Model Context Protocol, and a hundred alerts of five kinds by each Alertmanager.
 * --short has fewer incidents and alerts. About half an hour on two cores.
 */
import { parseArgs } from 'node:util'
import { checkAssistant } from '../../packages/cli/test/mcp/on-call.js'
import { type Figure, printFigure } from '../harness/figures.js'
import { checkCauses } from './causes.js'
import { checkPullRequests } from './pull-requests.js'
import { checkTold } from './told.js'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const progress = (text: string) => process.stderr.write(`${text}\n`)
const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  causes: () => checkCauses(options.short ? 10 : 50, progress),
  'pull-requests': () => checkPullRequests(progress),
  assistant: () => checkAssistant(progress),
  notified: () => checkTold(options.short ? 4 : 20, progress),
}
const chosen = options.only === undefined ? Object.keys(parts) : [options.only]
const figures: Figure[] = []
for (const name of chosen) {
  const part = parts[name]
  if (part === undefined) throw new Error(`--only ${name}: expected ${Object.keys(parts).join(' or ')}`)
  figures.push(...(await part()))
}
for (const figure of figures) printFigure(figure, options.json)
process.exit(figures.length > 0 && figures.every(({ ok }) => ok) ? 0 : 1)
