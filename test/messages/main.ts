/** `npm run messages`: how many messages each medium gets of what can happen, on both Alertmanagers; `--json` for lines. */
import { findTools } from '@mnemoscope/servers'
import { findEngine } from '../harness/engines.js'
import { type Figure, printFigure } from '../harness/figures.js'
import { toolsDir } from '../harness/repository.js'
import { counted, incidentsOf, wrongEnds } from './count.js'
import { wrongCounts } from './counted-operations.js'
import { wrongRandomEnds } from './random-episodes.js'
import { messagesOverRestart } from './real-prometheus.js'
import { type Stage, stage } from './stage.js'
import { stories } from './stories.js'

const isJson = process.argv.includes('--json')

/** An Alertmanager and the Prometheus of its time. */
interface Servers {
  /** Of Alertmanager. */
  readonly version: string
  readonly alertmanager: string
  readonly prometheus: string
}

/** The oldest that the product runs with, and those of today. */
async function servers(): Promise<Servers[]> {
  const old = await findTools(['alertmanager', 'prometheus'], { toolsDir })
  const [alertmanager, prometheus] = [await findEngine('alertmanager'), await findEngine('prometheus')]
  for (const engine of [alertmanager, prometheus]) if (!engine.isThere) console.error(engine.reason)
  const minor = (version: string) => version.split('.').slice(0, 2).join('.')
  const all = [
    {
      version: minor(old.alertmanager.version),
      alertmanager: old.alertmanager.command,
      prometheus: old.prometheus.command,
    },
  ]
  if (alertmanager.isThere) {
    all.push({
      version: minor(alertmanager.version),
      alertmanager: alertmanager.command('alertmanager'),
      prometheus: prometheus.isThere ? prometheus.command('prometheus') : old.prometheus.command,
    })
  }
  return all
}

async function figuresOf(version: string, running: Stage): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [i, { name, expected, tell }] of stories.entries()) {
    const service = `service-${i}-of-${stories.length}`
    await tell(running, service)
    const counts = counted(running, version, service)
    const wrong = [...counts.values()].find((count) => count !== expected)
    const title = `${version}: messages of ${name}`
    figures.push({
      name: title,
      value: wrong ?? expected,
      unit: '',
      goal: expected,
      ok: wrong === undefined,
    })
    if (i === 0) {
      const incidents = incidentsOf(running, service)
      figures.push({
        name: `${version}: incidents of it`,
        value: incidents,
        unit: '',
        goal: 1,
        ok: incidents === 1,
      })
    }
    for (const [medium, count] of wrong === undefined ? [] : counts) {
      console.error(`${title}: ${medium} ${count}`)
    }
  }
  const ends = wrongEnds(running).length
  figures.push({
    name: `${version}: ends that hold words of beginnings`,
    value: ends,
    unit: '',
    goal: 0,
    ok: ends === 0,
  })
  return figures
}

/** A breach of a real service, at whose end Prometheus is another than at its beginning. */
async function restartFigure({ version, alertmanager, prometheus }: Servers): Promise<Figure> {
  const counts = await messagesOverRestart(version, alertmanager, prometheus)
  const wrong = [...counts.values()].find((count) => count !== 2)
  if (wrong !== undefined) console.error(`${version}: ${JSON.stringify(Object.fromEntries(counts))}`)
  return {
    name: `${version}: messages of a real breach in whose middle Prometheus restarts`,
    value: wrong ?? 2,
    unit: '',
    goal: 2,
    ok: wrong === undefined,
  }
}

/** Operations of a real service that restarts, beside those that its messages name. */
async function countsFigure({ version, alertmanager, prometheus }: Servers): Promise<Figure> {
  const wrong = await wrongCounts(version, alertmanager, prometheus)
  for (const each of wrong) console.error(`${version}: ${each}`)
  return {
    name: `${version}: wrong counts of operations, and of bad ones, in messages of four KPIs`,
    value: wrong.length,
    unit: '',
    goal: 0,
    ok: wrong.length === 0,
  }
}

let isOk = true
const seeds = Array.from({ length: 200 }, (_, i) => i + 1)
const wrongEndings = await wrongRandomEnds(seeds)
for (const each of wrongEndings) console.error(JSON.stringify(each))
const random = {
  name: `ends of ${seeds.length} random breaches that say anything but their values`,
  value: new Set(wrongEndings.map(({ seed }) => seed)).size,
  unit: '',
  goal: 0,
  ok: wrongEndings.length === 0,
}
printFigure(random, isJson)
isOk &&= random.ok
for (const each of await servers()) {
  const { version } = each
  const running = await stage({ command: each.alertmanager, version })
  try {
    const ofReal = [await countsFigure(each), await restartFigure(each)]
    for (const figure of [...(await figuresOf(version, running)), ...ofReal]) {
      printFigure(figure, isJson)
      isOk &&= figure.ok
    }
  } finally {
    await running.stop()
  }
}
process.exitCode = isOk ? 0 : 1
