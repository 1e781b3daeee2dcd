// Are the packages what their users need? `--short`: only what takes seconds and no registry. `--json`: a line per figure.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, printFigure } from '../harness/figures.js'
import { adapterVersions } from './adapter-versions.js'
import type { Check, Suite } from './check.js'
import { installedProjects } from './installed-projects.js'
import { lint } from './lint.js'
import { openTelemetryLines } from './opentelemetry-lines.js'
import { pack } from './packed.js'
import { unpackedProjects } from './unpacked-projects.js'

const short = process.argv.includes('--short')
const json = process.argv.includes('--json')

const suites: readonly Suite[] = short
  ? [unpackedProjects]
  : [unpackedProjects, lint, installedProjects, openTelemetryLines, adapterVersions]

const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-packaging-'))
let failures = 0
try {
  // One after the other: packing builds, and they build the same project.
  const kpi = await pack('kpi', folder)
  const evaluation = await pack('evaluation', folder)
  const instrumentation = await pack('instrumentation', folder)
  for (const suite of suites) {
    for (const check of suite({ folder, tarballs: { kpi, evaluation, instrumentation } })) {
      const figure = await figureOf(check)
      if (!figure.ok) failures++
      printFigure(figure, json)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1

async function figureOf({
  name,
  unit,
  goal,
  measure,
  passes = (value) => value === goal,
}: Check): Promise<Figure> {
  try {
    const value = await measure()
    return { name, value, unit, goal, ok: passes(value) }
  } catch (error) {
    console.error(`${name}:\n${error instanceof Error ? error.message : error}`)
    return { name, value: null, unit, goal, ok: false }
  }
}
