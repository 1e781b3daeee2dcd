/**
 * `npm run services`: the shapes in which a Node service runs, each over a restart or a reload. Of each, what the KPIs show
 * against what was counted. `--json` for lines; a text runs the shapes that have it in their names.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printFigure } from '../harness/figures.js'
import { makeProject } from './project.js'
import { kpisOf, type Outcome, type Shape } from './shape.js'
import { shapesIn } from './shapes.js'

const isJson = process.argv.includes('--json')
const wanted = process.argv.slice(2).filter((each) => !each.startsWith('--'))
// Sockets of PM2 and of siblings are there, whose paths must be short.
const folder = await mkdtemp(join(tmpdir(), 'services-'))
let failed = 0
try {
  const project = await makeProject(folder)
  const shapes = shapesIn(project).filter(
    ({ name }) => wanted.length === 0 || wanted.some((each) => name.includes(each)),
  )
  for (const shape of shapes) {
    const found = await shape.run().catch((error: unknown) => {
      console.error(`${shape.name}: ${error instanceof Error ? error.message : String(error)}`)
      return undefined
    })
    if (!print(shape, found)) failed++
  }
  console.error(`${shapes.length} shapes, ${failed} wrong`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1

/** @returns whether the shape is right */
function print({ name, over, refusedBy }: Shape, outcome: Outcome | undefined): boolean {
  const title = `${name}, over ${over}`
  if (outcome === undefined) {
    printFigure({ name: title, value: null, unit: 'wrong KPIs', goal: 0, ok: false }, isJson)
    return false
  }
  const { recorded, shown, warnings } = outcome
  if (refusedBy !== undefined) {
    const ok = warnings.some((each) => each.startsWith(`${refusedBy} `))
    printFigure(
      { name: `${title}: says ${refusedBy}`, value: ok ? 0 : 1, unit: 'silent', goal: 0, ok },
      isJson,
    )
    return ok
  }
  const [truth, seen] = [kpisOf(recorded), kpisOf(shown)]
  const keys = Object.keys(truth) as (keyof typeof truth)[]
  const wrong = keys.filter((key) => truth[key] !== seen[key])
  const ok = wrong.length === 0 && warnings.length === 0
  printFigure({ name: title, value: wrong.length, unit: `wrong of ${keys.length} KPIs`, goal: 0, ok }, isJson)
  if (!isJson) {
    for (const key of keys) console.log(`       ${key}: ${seen[key]} shown, ${truth[key]} counted`)
  }
  for (const each of warnings) console.error(`${name} warned: ${each}`)
  return ok
}
