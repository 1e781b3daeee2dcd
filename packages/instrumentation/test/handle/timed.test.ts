import { expect, test } from '@jest/globals'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const labels = { model: 'm', contextSize: 8_192 }
const ofLabels = '{model="m",context_size="8192",operation="default"}'

test('a generator, of which nothing has run yet, is handed on without a latency that it does not have', async () => {
  const monitor = await start()
  const handle = monitor.for(labels)
  function* plain() {
    yield 1
  }
  async function* asynchronous() {
    yield 2
  }
  expect([...handle.time(plain)]).toEqual([1])
  const measured = monitor.measured(asynchronous, { labels, values: () => ({ token_usage: 3 }) })
  expect((await measured().next()).value).toBe(2)
  expect(handle.time(() => [3])).toEqual([3])
  const samples = samplesOf(await scrape(monitor.url))
  expect(samples.get(`mnemoscope_latency_seconds_count${ofLabels}`)).toBe('1')
  expect(samples.get(`mnemoscope_token_usage_count${ofLabels}`)).toBe('1')
})
