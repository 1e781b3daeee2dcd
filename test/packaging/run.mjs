// Are the packages what their users need? `--short`: only what takes seconds and no registry. `--json`: a line per figure.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adapterVersions } from './adapter-versions.mjs'
import { installedProjects } from './installed-projects.mjs'
import { lint } from './lint.mjs'
import { openTelemetryLines } from './opentelemetry-lines.mjs'
import { pack } from './packed.mjs'
import { unpackedProjects } from './unpacked-projects.mjs'

const short = process.argv.includes('--short')
const json = process.argv.includes('--json')

const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-packaging-'))
let failures = 0
try {
  const tarballs = {}
  // One after the other: packing builds, and they build the same project.
  for (const name of ['kpi', 'instrumentation']) tarballs[name] = await pack(name, folder)
  const suites = short
    ? [unpackedProjects]
    : [unpackedProjects, lint, installedProjects, openTelemetryLines, adapterVersions]
  for (const suite of suites) {
    for (const check of suite({ folder, tarballs })) {
      const figure = await figureOf(check)
      if (!figure.ok) failures++
      console.log(json ? JSON.stringify(figure) : line(figure))
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1

async function figureOf({ name, unit, goal, measure, passes = (value) => value === goal }) {
  try {
    const value = await measure()
    return { name, value, unit, goal, ok: passes(value) }
  } catch (error) {
    console.error(`${name}:\n${error.message}`)
    return { name, value: null, unit, goal, ok: false }
  }
}

function line({ name, value, unit, goal, ok }) {
  return `${ok ? 'ok  ' : 'FAIL'} ${name}: ${value} ${unit}${ok ? '' : `, not ${goal}`}`
}
