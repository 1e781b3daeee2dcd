import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from '@jest/globals'
import { freePort } from '@mnemoscope/servers'
import { eventually } from '../../../../test/harness/eventually.js'
import { endWorkers, fork, kill, tell, warnings } from './workers.js'

afterEach(endWorkers)

async function scrape(port: number) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1])
  return {
    count: number(/^mnemoscope_f1_score_count\{.*\} (.*)$/m),
    sum: number(/^mnemoscope_f1_score_sum\{.*\} (.*)$/m),
    bad: number(/^mnemoscope_f1_score_bucket\{.*le="0.5"\} (.*)$/m),
    memory: number(/^mnemoscope_memory_usage_bytes\{.*\} (.*)$/m),
    startedAt: number(/^process_start_time_seconds\{\} (.*)$/m),
  }
}

const scraped = (port: number, wanted: object) =>
  eventually(`a scrape with ${JSON.stringify(wanted)}`, async () => {
    const found = await scrape(port).catch(() => undefined)
    return (
      Object.entries(wanted).every(([key, value]) => found?.[key as keyof typeof found] === value) && found
    )
  })

test('the workers of a cluster count together behind one port, over a reload and a kill', async () => {
  const port = await freePort()
  const first = await fork(port)
  await tell(first, { record: [1, 1] })
  const before = await scraped(port, { count: 2 })
  const [second, third] = [await fork(port), await fork(port)] as const
  await tell(second, { record: [0.25, 0.5], memory: 7e9 })
  await tell(third, { record: [0.25, 1], memory: 9e9 })
  // At once: a scrape asks all of them.
  const all = await scrape(port)
  expect(all).toEqual({ ...before, count: 6, sum: 4, bad: 3, memory: 9e9 })

  // A worker that is killed takes nothing away that was scraped; the value of its gauge goes.
  await kill(third)
  await scraped(port, { count: 6, memory: 7e9 })

  // The worker with the port stops: its counts go on behind the same port, without a reset.
  await tell(first, { record: [1] })
  await tell(first, { stop: true })
  const after = await scraped(port, { count: 7, sum: 5, bad: 3 })
  expect(after.startedAt).toBe(before.startedAt)

  // The worker with the port is killed: what was scraped is not served again, as of a process that restarted.
  const fourth = await fork(port)
  await tell(fourth, { record: [0.5] })
  await scraped(port, { count: 8 })
  // The others hear of a scrape after it: a kill within these milliseconds counts what they sent a second time.
  await wait(200)
  await kill(second)
  await tell(fourth, { record: [0.25, 1] })
  const restarted = await scraped(port, { count: 2, sum: 1.25, bad: 1 })
  expect(restarted.startedAt).toBeGreaterThan(before.startedAt)
  expect(warnings).toEqual([])
}, 60_000)

test('what is no worker of the service is not counted with it, and the warning says why', async () => {
  const port = await freePort()
  const first = await fork(port)
  await Promise.all([fork(port, { SERVICE: 'other' }), fork(port, { EXTRA_KPI: '1' })])
  expect(warnings.toSorted()).toEqual([
    expect.stringContaining(
      'is tried again every 10 s. A process of the service memory has it. Give startMonitoring another port',
    ),
    expect.stringContaining('A process of this service with other KPIs or boundaries has it'),
  ])
  await tell(first, { record: [1] })
  expect(await scrape(port)).toMatchObject({ count: 1 })
  const foreign = createServer()
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
  const { port: taken } = foreign.address() as { port: number }
  await fork(taken)
  await eventually('the warning', () =>
    warnings.at(-1)?.includes('A program that is no process of this service has it'),
  )
  await new Promise((resolve) => foreign.close(resolve))
}, 60_000)
