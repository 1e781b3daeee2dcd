/**
 * The fault run: the whole pipeline under load, every part of it failing at random moments, and afterwards the proof
 * that nothing was lost and nothing doubled. Build first.
 *
 *   node test/faults/main.mjs [--faults 200] [--minutes 20] [--seed N] [--json] [--keep]
 *
 * Exits 1 if anything is missing or fewer faults were made than asked for. --keep leaves the folder with the servers' logs.
 */
import { cpSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createPool } from '@mnemoscope/recorder'
import { startLoad } from './load.mjs'
import { makeFaults } from './make-faults.mjs'
import { randomFrom } from './random.mjs'
import { startFaultStack } from './stack.mjs'
import { isWhole, verify } from './verify/verify.mjs'

const { values: options } = parseArgs({
  options: {
    faults: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})
/** How long the recorder is given to make everything whole once the last fault is over. */
const recoveryMs = 180_000

const tell = (text) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const seed = Number(options.seed)
tell(`seed ${seed}: with --seed ${seed} the same faults come in the same order`)
const load = await startLoad(randomFrom(seed))
let stack
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    tell(`${signal}: ending what was started`)
    void Promise.resolve(stack?.stop()).then(() => process.exit(130))
  })
}
try {
  stack = await startFaultStack(load.address)
  process.exitCode = (await run()) ? 0 : 1
} finally {
  if (options.keep !== undefined && stack) cpSync(`${stack.folder}/logs`, options.keep, { recursive: true })
  await stack?.stop()
  await load.stop()
}

async function run() {
  const from = Date.now()
  if ('impossible' in stack.disk) tell(`no disk is filled: ${stack.disk.impossible}`)
  await wait(4_000)
  const made = await makeFaults(stack, {
    count: Number(options.faults),
    seed,
    until: from + Number(options.minutes) * 60_000,
    tell,
  })
  tell('faults over; letting what was breached recover')
  load.calm()
  await wait(10_000)
  const until = Math.floor((Date.now() - 5_000) / 1_000) * 1_000
  const calmAt = Date.now()
  const verdict = await whenWhole(from, until)
  const count = [...made.values()].reduce((sum, n) => sum + n, 0)
  report(made, count, verdict, (Date.now() - calmAt) / 1_000)
  return isWhole(verdict) && count >= Number(options.faults)
}

/** The history is to be made whole by itself, in its own time; what is missing after that is lost. */
async function whenWhole(from, until) {
  const deadline = Date.now() + recoveryMs
  const pool = createPool(stack.databaseUrl)
  try {
    for (;;) {
      const verdict = await verify(stack, pool, { from, until }).catch((error) => {
        if (Date.now() > deadline) throw error
        return undefined
      })
      if (verdict !== undefined && (isWhole(verdict) || Date.now() > deadline)) return verdict
      await wait(5_000)
    }
  } finally {
    await pool.end()
  }
}

function report(made, count, { figures, examples }, recoverySeconds) {
  const unasked = Object.values(stack.servers).reduce((sum, server) => sum + server.failures(), 0)
  for (const example of examples.slice(0, 40)) tell(`  ${example}`)
  const all = [
    { name: 'faults', value: count, unit: 'faults', atLeast: Number(options.faults) },
    ...[...made].sort().map(([name, value]) => ({ name: `faults: ${name}`, value, unit: 'faults' })),
    { name: 'ends of servers that no fault asked for', value: unasked, unit: 'ends' },
    { name: 'breaches begun by the load', value: load.breaches(), unit: 'breaches' },
    { name: 'seed', value: seed, unit: '' },
    ...figures,
    { name: 'seconds until all was whole', value: Math.round(recoverySeconds), unit: 's' },
  ]
  for (const { name, value, unit, goal, atLeast } of all) {
    const ok = goal !== undefined ? value === goal : atLeast === undefined || value >= atLeast
    const wanted = goal ?? atLeast
    if (options.json)
      console.log(
        JSON.stringify({ name, value, unit, ...(wanted === undefined ? {} : { goal: wanted }), ok }),
      )
    else
      console.log(
        `${ok ? '    ' : 'FAIL'} ${name}: ${value} ${unit}${wanted === undefined ? '' : ` (goal ${wanted})`}`,
      )
  }
}
