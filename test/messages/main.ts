/** `npm run messages`: how many messages each medium gets of what can happen, on both Alertmanagers; `--json` for lines. */
import { findTool } from '@mnemoscope/servers'
import { findEngine } from '../harness/engines.js'
import { type Figure, printFigure } from '../harness/figures.js'
import { toolsDir } from '../harness/repository.js'
import { counted, incidentsOf, wrongEnds } from './count.js'
import { wrongRandomEnds } from './random-episodes.js'
import { messagesOverRestart } from './real-prometheus.js'
import { type Stage, stage } from './stage.js'
import { stories } from './stories.js'

const isJson = process.argv.includes('--json')

/** The oldest that the product runs with, and today's. */
async function alertmanagers(): Promise<{ version: string; command: string }[]> {
  const old = await findTool('alertmanager', { toolsDir })
  const engine = await findEngine('alertmanager')
  if (!engine.isThere) console.error(engine.reason)
  const minor = (version: string) => version.split('.').slice(0, 2).join('.')
  return [
    { version: minor(old.version), command: old.command },
    ...(engine.isThere ? [{ version: minor(engine.version), command: engine.command('alertmanager') }] : []),
  ]
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
async function restartFigure(version: string, command: string): Promise<Figure> {
  const counts = await messagesOverRestart(version, command)
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
for (const { version, command } of await alertmanagers()) {
  const running = await stage({ command, version })
  try {
    for (const figure of [...(await figuresOf(version, running)), await restartFigure(version, command)]) {
      printFigure(figure, isJson)
      isOk &&= figure.ok
    }
  } finally {
    await running.stop()
  }
}
process.exitCode = isOk ? 0 : 1
