/**
 * `npm run test:security`, with `--json` a line for each, in parts that arguments name (default all):
 * - `attacks` on a running `mnemoscope up`, by a program of another account that knows its ports, and a search for the secrets
 *   of its configuration
 * - `listeners`: attempts to starve them or to break them by their requests; `MNEMOSCOPE_HOSTILE_RUNS` is the number of
 *   requests, 100000 if it is not set
 * - `defences`: each is taken out of a copy of the repository, and the test that SECURITY.md names for it has to fail. Other
 *   arguments choose them by a part of the test's name: `-- defences "a key"`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startUp } from '../harness/command.js'
import { printFigure } from '../harness/figures.js'
import { linkTools } from '../harness/link-tools.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { databaseAttacks, readerAttacks } from './attacks/database.js'
import { recorderAttacks, workingWith } from './attacks/recorder.js'
import { lifecycleAttacks, serverAttacks } from './attacks/servers.js'
import { planted } from './canaries.js'
import { changeThreshold, endure, manyOverrides } from './hostile.js'
import { leaks } from './leaks.js'
import { startListeners } from './listeners.js'
import { flood, starve } from './starving.js'
import { withoutDefences } from './without-defences.js'

const isJson = process.argv.includes('--json')
let failures = 0
const show = (name: string, value: number, unit: string, goal: number, ok = value === goal) => {
  if (!ok) failures++
  printFigure({ name, value, unit, goal, ok }, isJson)
}
/** A time; Infinity, which JSON does not have, is a long one. */
const showTime = (name: string, ms: number, goal: number) =>
  show(name, Math.min(Math.round(ms), 999_999), 'ms', goal, ms <= goal)

async function attack(): Promise<void> {
  const folder = temporaryFolder('security')
  const given = planted('0.25')
  writeFileSync(
    join(folder.path, 'mnemoscope.config.ts'),
    `export default ${JSON.stringify(given.config)}\n`,
    {
      mode: 0o600,
    },
  )
  linkTools(folder.path)
  const up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
  try {
    const attacks = [...serverAttacks, ...lifecycleAttacks, ...recorderAttacks, ...databaseAttacks]
    for (const { name, attempt } of attacks) {
      const gain = await attempt(up.run)
      show(name, gain === undefined ? 0 : 1, 'succeeded', 0)
    }
    const key = readFileSync(join(folder.path, '.mnemoscope/secrets/owner-key'), 'utf8').trim()
    const { reader = '', readerPasswordFile = '' } = up.run
    const asReader = Object.assign(new URL(reader), {
      password: readFileSync(readerPasswordFile, 'utf8').trim(),
    })
    for (const { name, attempt } of readerAttacks) {
      show(name, (await attempt({ database: asReader.href })) === undefined ? 0 : 1, 'succeeded', 0)
    }
    show('the same requests with a key', (await workingWith(key, up.run.recorder)).length, 'succeeded', 8)
    for (const [place, found] of Object.entries(await leaks({ folder: folder.path, up, given, key }))) {
      show(`secrets in ${place}`, found.length, 'found', 0)
      if (found.length > 0) console.error(found)
    }
  } finally {
    await up.end('SIGTERM')
    folder.remove()
  }
}

async function attackListeners(): Promise<void> {
  const listeners = await startListeners()
  try {
    const held = { idle: 5_000, slow: 500, streams: 300, guesses: 100 }
    const { notifications, health, scrapes } = await starve(listeners, { ...held, seconds: 30 })
    const late = (times: readonly number[], most: number) => times.filter((ms) => ms > most).length
    show('notifications while connections were held', notifications.length, 'sent', 300)
    show('of them not stored within 1 s', late(notifications, 1_000), 'late', 0)
    showTime('slowest answer of /healthz while connections were held', Math.max(...health), 1_000)
    showTime('slowest scrape while connections were held', Math.max(...scrapes), 1_000)
    const flooded = await flood(listeners, { perSecond: 1_000, seconds: 20 })
    show('connections that were opened one after another', flooded.opened, 'opened', 20_000, true)
    show('notifications meanwhile', flooded.notifications.length, 'sent', 200)
    show('of them not stored within 1 s', late(flooded.notifications, 1_000), 'late', 0)
    show('answers of /healthz after more than 200 ms', late(flooded.health, 200), 'late', 0)
    show(
      'what the log of the recorder grew by',
      flooded.logBytes,
      'bytes',
      20_000,
      flooded.logBytes <= 20_000,
    )
    const { result: status, slowestHealth } = await manyOverrides(listeners, 3_000)
    show('a change of 3000 overrides', status, 'HTTP status', 413)
    showTime('slowest answer of /healthz meanwhile', slowestHealth, 200)
    const changes: { result: number; slowestHealth: number }[] = []
    for (let nth = 0; nth < 10; nth++) changes.push(await changeThreshold(listeners, nth))
    show('changes that are allowed', changes.filter(({ result }) => result === 200).length, 'made', 10)
    showTime(
      'slowest answer of /healthz meanwhile',
      Math.max(...changes.map((each) => each.slowestHealth)),
      200,
    )
    const requests = Number(process.env.MNEMOSCOPE_HOSTILE_RUNS ?? 100_000)
    const { answers, isSame, rows, slowestHealth: slowest } = await endure(listeners, requests, 1)
    const sent = Object.values(answers).reduce((sum, count) => sum + count, 0)
    show('hostile requests', sent, 'sent', requests)
    show('answers of 500 to them', answers[500] ?? 0, 'found', 0)
    show('requests without an end', answers.late ?? 0, 'found', 0)
    for (const [table, found] of Object.entries(rows)) show(`rows of them in ${table}`, found, 'found', 0)
    show('processes that ended', isSame ? 0 : 1, 'found', 0)
    showTime('slowest answer of /healthz meanwhile', slowest, 200)
  } finally {
    await listeners.stop()
  }
}

/** Each line counts the tests that did not fail. */
function takeOutDefences(): Promise<void> {
  return withoutDefences(
    ({ attempt }, { file }, outcome) =>
      show(`without ${file}: ${attempt}`, outcome === 'failed' ? 0 : 1, `test ${outcome}`, 0),
    ({ test }) => chosen.length === 0 || chosen.some((each) => test.includes(each)),
  )
}

const args = process.argv.slice(2).filter((each) => each !== '--json')
const parts = { attacks: attack, listeners: attackListeners, defences: takeOutDefences }
const named = args.filter((each) => each in parts)
const chosen = args.filter((each) => !(each in parts))
for (const [name, part] of Object.entries(parts)) {
  if (named.length === 0 || named.includes(name)) await part()
}
process.exitCode = failures === 0 ? 0 : 1
