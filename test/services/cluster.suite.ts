import type { Worker } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { freePort } from '@mnemoscope/servers'
import {
  endWorkers,
  fork,
  kill,
  tell,
  warnings,
} from '../../packages/instrumentation/test/siblings/workers.js'
import { eventually } from '../harness/eventually.js'
import { type Stack, startStack } from '../harness/stack.js'

// Four workers behind one port read as one of them at a time: F1 0.947 and no alert while it was 0.5.

interface Counting {
  readonly worker: Worker
  recorded: number
}

let stack: Stack
let port: number
beforeAll(async () => {
  port = await freePort()
  stack = await startStack(`127.0.0.1:${port}`, { kpis: { f1_score: { operations: 20 } } })
}, 120_000)
afterAll(async () => {
  await endWorkers()
  await stack?.stop()
})

test('a cluster is judged by all its workers, over a rolling reload and a killed worker', async () => {
  const start = async () => {
    const worker = await fork(port)
    return { worker, recorded: 0 }
  }
  let workers: Counting[] = await Promise.all([start(), start(), start(), start()])
  const ended: Counting[] = []
  /** Each worker has an operation each 50 ms. */
  const traffic = async (seconds: number, value: number) => {
    for (const until = Date.now() + seconds * 1_000; Date.now() < until; await wait(50)) {
      await Promise.all(
        workers.map(async (each) => {
          await tell(each.worker, { record: [value] })
          each.recorded++
        }),
      )
    }
  }
  await traffic(8, 0.95)
  for (let i = 0; i < 4; i++) {
    const [old, ...others] = workers
    if (old === undefined) break
    workers = [...others, await start()]
    await tell(old.worker, { stop: true })
    ended.push(old)
    await traffic(1, 0.95)
  }
  await traffic(6, 0.95)
  // The oldest has the port.
  const [killed, ...others] = workers
  if (killed !== undefined) await kill(killed.worker)
  workers = others
  await traffic(6, 0.95)
  const recorded = [...ended, ...workers, killed].reduce((all, each) => all + (each?.recorded ?? 0), 0)
  const counted = async () => {
    const [row] = await stack.query<{ count: number }>(
      "SELECT sum((distributions -> 'f1_score' ->> 'count')::float8) AS count FROM performance_snapshots",
    )
    return row?.count ?? 0
  }
  // The killed worker had what all of them counted since the last scrape, at most two seconds ago.
  await eventually(`${recorded} operations`, async () => (await counted()) >= recorded - 4 * 40)
  expect(await counted()).toBeLessThanOrEqual(recorded)

  const critical = () =>
    stack.query("SELECT FROM alert_episodes WHERE alertname = 'MnemoscopeF1ScoreCritical'")
  expect(await critical()).toEqual([])
  for (let i = 0; i < 20 && (await critical()).length === 0; i++) await traffic(2, 0.5)
  expect(await critical()).toHaveLength(1)
  expect(
    await stack.query("SELECT FROM alert_episodes WHERE alertname = 'MnemoscopeProcessesMixed'"),
  ).toEqual([])
  expect(warnings).toEqual([])
}, 180_000)
