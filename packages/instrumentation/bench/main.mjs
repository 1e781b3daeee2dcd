// What the instrumentation costs beside what it replaces. Each variant runs in a separate process, variants take turns
// within each round, and the result is the median of the rounds (for ratios: of the rounds' ratios).
//
//   npm run bench:sdk -- [--json] [--rounds 7] [--only TEXT]     about ten minutes on two quiet cores
//
// Times are CPU time, so that other work on the machine shows less; blocks of the event loop are real time.
// Exits with 1 if a figure misses its goal.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { figures, growth, ratios, shares } from './comparisons.mjs'
import { median } from './median.mjs'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
  },
})

if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
  process.stderr.write('The package is not built. Run `npm run setup` and try again.\n')
  process.exit(2)
}

try {
  // The variants and their threads inherit it, so that other work on the machine changes the results less.
  setPriority(-15)
} catch {
  // Only a privileged user can set it. The medians are still useful without it.
}

const wanted = ({ name }) => name.includes(options.only)
const compared = [
  ...ratios.map((each) => ({ ...each, unit: 'times cheaper', combine: (of, to) => to / of })),
  ...shares.map((each) => ({ ...each, unit: 'times', combine: (of, to) => of / to })),
].filter(wanted)
const single = [...figures, ...growth.map((each) => ({ ...each, rounds: 3 }))].filter(wanted)

const runner = fileURLToPath(new URL('./run-variant.mjs', import.meta.url))
const results = new Map()
const keyOf = (variant) => JSON.stringify(variant)

for (let round = 0; round < Number(options.rounds); round++) {
  progress(`round ${round + 1} of ${options.rounds}`)
  const due = [...compared, ...single].filter(({ rounds = Number.POSITIVE_INFINITY }) => round < rounds)
  const variants = new Map(
    due.flatMap(({ of, to }) => [of, to].filter(Boolean)).map((each) => [keyOf(each), each]),
  )
  for (const [key, variant] of variants) results.set(key, [...(results.get(key) ?? []), run(variant)])
}

const lines = [
  ...compared.map((each) => {
    const [of, to] = [valuesOf(each.of, each.figure), valuesOf(each.to, each.figure)]
    return line(each, median(to.map((value, round) => each.combine(of[round], value))))
  }),
  ...single.map((each) => line(each, median(valuesOf(each.of, each.figure)))),
]

progress('')
if (!options.json) {
  process.stdout.write(`${['what'.padEnd(76), 'measured', ''.padEnd(14), ' goal', 'met'].join(' ')}\n`)
}
for (const each of lines) process.stdout.write(options.json ? `${JSON.stringify(each)}\n` : `${row(each)}\n`)
if (lines.some(({ ok }) => !ok)) process.exitCode = 1

function run([file, args]) {
  // A young generation that holds all of a variant's allocations, so that they can be counted.
  const flags = ['--expose-gc', ...(file === 'allocation' ? ['--max-semi-space-size=256'] : [])]
  return JSON.parse(
    execFileSync(process.execPath, [...flags, runner, file, JSON.stringify(args)], { encoding: 'utf8' }),
  )
}

function valuesOf(variant, figure) {
  return results.get(keyOf(variant)).map((result) => result[figure])
}

function line({ name, unit, atLeast, atMost }, value) {
  const rounded = Number(value.toPrecision(3))
  const ok = (atLeast === undefined || rounded >= atLeast) && (atMost === undefined || rounded <= atMost)
  return { name, value: rounded, unit, goal: atLeast ?? atMost ?? null, ok }
}

function row({ name, value, unit, goal, ok }) {
  const met = goal === null ? '' : ok ? 'met' : 'MISSED'
  return [
    name.padEnd(76),
    String(value).padStart(8),
    unit.padEnd(14),
    String(goal ?? '').padStart(5),
    met,
  ].join(' ')
}

function progress(text) {
  if (!options.json && process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
