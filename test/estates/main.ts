/** `npm run estates`: Mnemoscope with the servers that people run already; `--json` for lines. */
import { findTools } from '@mnemoscope/servers'
import { findEngine } from '../harness/engines.js'
import { printFigure } from '../harness/figures.js'
import { toolsDir } from '../harness/repository.js'
import { existingServers } from './existing/story.js'
import type { Programs } from './existing/stranger.js'
import { databaseFaults } from './postgres/fault-runs.js'
import { suiteFigure } from './suite-figure.js'

const isJson = process.argv.includes('--json')
/** Only on the oldest servers that the product runs with, and without fault runs. */
const isShort = process.argv.includes('--short')

/** The oldest servers that the product runs with, and today's. */
async function estates(): Promise<Programs[]> {
  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  const oldest = {
    version: `Prometheus ${minor(tools.prometheus.version)}, Alertmanager ${minor(tools.alertmanager.version)}`,
    prometheus: tools.prometheus.command,
    alertmanager: tools.alertmanager.command,
  }
  if (isShort) return [oldest]
  const [prometheus, alertmanager] = await Promise.all([findEngine('prometheus'), findEngine('alertmanager')])
  if (!prometheus.isThere || !alertmanager.isThere) {
    for (const engine of [prometheus, alertmanager]) if (!engine.isThere) console.error(engine.reason)
    return [oldest]
  }
  const today = {
    version: `Prometheus ${minor(prometheus.version)}, Alertmanager ${minor(alertmanager.version)}`,
    prometheus: prometheus.command('prometheus'),
    alertmanager: alertmanager.command('alertmanager'),
  }
  return [oldest, today]
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

let isOk = true
for (const programs of await estates()) {
  for (const figure of await existingServers(programs, (text) => console.error(text))) {
    printFigure(figure, isJson)
    isOk &&= figure.ok
  }
}
if (!isShort) {
  const suites = [
    await suiteFigure('pairs of Prometheus and Alertmanagers', 'ha/ha.suite.ts'),
    await suiteFigure('Postgres with TLS, and through PgBouncer', 'postgres/postgres.suite.ts'),
    await suiteFigure('a role of Postgres with few connections', 'postgres/few-connections.suite.ts'),
    await suiteFigure('the page behind nginx with a prefix', 'proxy/nginx.suite.ts'),
  ]
  for (const figure of suites) {
    printFigure(figure, isJson)
    isOk &&= figure.ok
  }
  for (const figure of await databaseFaults((text) => console.error(text))) {
    printFigure(figure, isJson)
    isOk &&= figure.ok
  }
}
process.exitCode = isOk ? 0 : 1
