/**
 * The fault run: the complete pipeline under load, every part failing at random moments, and afterwards the proof that
 * nothing was lost and nothing doubled.
 *
 *   npm run faults -- [--faults 200] [--minutes 20] [--seed N] [--database WAY] [--json] [--keep FOLDER]
 *
 * WAY is how the recorder comes to Postgres: direct, pgbouncer, tls or few (a role with five connections).
 * Exits with 1 if anything is missing or fewer faults were made than asked for. --keep copies the servers' logs there.
 */
import { cpSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createPool } from '@mnemoscope/recorder'
import { printFigure } from '../harness/figures.js'
import { databaseWays } from './database-way.js'
import { makeFaults } from './faults.js'
import { startLoad } from './load.js'
import { randomFrom } from './random.js'
import { type FaultStack, startFaultStack } from './stack.js'
import { isComplete, type Measured, type Verdict, verify } from './verify/verify.js'

const { values: options } = parseArgs({
  options: {
    faults: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string', default: 'direct' },
    json: { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
})
/** How long the recorder has to complete the history once the last fault is over. */
const recoveryMs = 180_000

const say = (text: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`)

const way = databaseWays.find((each) => each === options.database)
if (way === undefined) throw new Error(`--database is one of ${databaseWays.join(', ')}`)
const seed = Number(options.seed)
say(`seed ${seed}: with --seed ${seed} the same faults come in the same order`)
const load = await startLoad(randomFrom(seed))
let stack: FaultStack | undefined
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    say(`${signal}: ending what was started`)
    void Promise.resolve(stack?.stop()).then(() => process.exit(130))
  })
}
try {
  stack = await startFaultStack(load.address, way)
  process.exitCode = (await run(stack)) ? 0 : 1
} finally {
  if (options.keep !== undefined && stack) cpSync(`${stack.folder}/logs`, options.keep, { recursive: true })
  await stack?.stop()
  await load.stop()
}

async function run(stack: FaultStack): Promise<boolean> {
  const from = Date.now()
  if ('impossible' in stack.disk) say(`no disk is filled: ${stack.disk.impossible}`)
  await wait(4_000)
  const made = await makeFaults(stack, {
    count: Number(options.faults),
    seed,
    until: from + Number(options.minutes) * 60_000,
    say,
  })
  say('faults over; letting what was breached recover')
  load.end()
  await wait(10_000)
  const until = Math.floor((Date.now() - 5_000) / 1_000) * 1_000
  const endedAt = Date.now()
  const verdict = await whenComplete(stack, from, until)
  const count = [...made.values()].reduce((sum, n) => sum + n, 0)
  report(stack, made, count, verdict, (Date.now() - endedAt) / 1_000)
  return isComplete(verdict) && count >= Number(options.faults)
}

/** The recorder completes the history without help; what is still missing at the end of its time is lost. */
async function whenComplete(stack: FaultStack, from: number, until: number): Promise<Verdict> {
  const deadline = Date.now() + recoveryMs
  const pool = createPool(stack.databaseUrl)
  try {
    for (;;) {
      const verdict = await verify(stack, pool, { from, until }).catch((error) => {
        if (Date.now() > deadline) throw error
        return undefined
      })
      if (verdict !== undefined && (isComplete(verdict) || Date.now() > deadline)) return verdict
      await wait(5_000)
    }
  } finally {
    await pool.end()
  }
}

function report(
  stack: FaultStack,
  made: ReadonlyMap<string, number>,
  count: number,
  { figures, examples }: Verdict,
  recoverySeconds: number,
): void {
  const unexpected = Object.values(stack.servers).reduce((sum, server) => sum + server.failures(), 0)
  for (const example of examples.slice(0, 40)) say(`  ${example}`)
  const all: readonly Measured[] = [
    { name: 'faults', value: count, unit: 'faults', atLeast: Number(options.faults) },
    ...[...made].sort().map(([name, value]) => ({ name: `faults: ${name}`, value, unit: 'faults' })),
    { name: 'ends of servers that no fault caused', value: unexpected, unit: 'ends' },
    { name: 'breaches begun by the load', value: load.breaches(), unit: 'breaches' },
    { name: 'seed', value: seed, unit: '' },
    ...figures,
    { name: 'seconds until all was complete', value: Math.round(recoverySeconds), unit: 's' },
  ]
  for (const { name, value, unit, goal, atLeast } of all) {
    const ok = goal !== undefined ? value === goal : atLeast === undefined || value >= atLeast
    printFigure({ name, value, unit, goal: goal ?? atLeast, ok }, options.json)
  }
}
