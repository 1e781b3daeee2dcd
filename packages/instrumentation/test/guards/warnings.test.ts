import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Monitor, Warning } from '../../src/index.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const labels = { model: 'm', contextSize: 8_192 }
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})

const reject = () => Promise.reject(new Error('async'))
const turn = () => new Promise((resolve) => setImmediate(resolve))

test.each<[string, (monitor: Monitor) => unknown]>([
  ['onMeasurement', (monitor) => monitor.onMeasurement(reject)],
  ['onBreach', (monitor) => monitor.onBreach('warning', reject)],
  [
    'onRun of a probe',
    (monitor) => {
      const questions = [{ question: 'q', relevant: ['a'] }]
      return monitor
        .probe({ labels, every: '1h', share: 1, questions, retrieve: () => ['a'], onRun: reject })
        .run()
    },
  ],
  [
    'values of a measured function',
    (monitor) => monitor.measured(() => 1, { labels, values: reject as never })(),
  ],
  [
    'metadata of a measured function',
    (monitor) => monitor.measured(() => 1, { labels, values: () => ({}), metadata: reject as never })(),
  ],
  ['labels of a measured function', (monitor) => monitor.measured(() => 1, { labels: reject as never })()],
])('an async hook that rejects does not end the process, and causes one warning: %s', async (_, hook) => {
  const warnings: Warning[] = []
  const monitor = await start({ endpoint: false, onWarning: (warning) => void warnings.push(warning) })
  await hook(monitor)
  monitor.for(labels).latency.record(100)
  for (let i = 0; i < 5; i++) await turn()
  expect(unhandled).toEqual([])
  expect(warnings.filter(({ code }) => code === 'HOOK_FAILED')).toHaveLength(1)
})

test('an async onWarning that rejects does not end the process', async () => {
  const monitor = await start({ endpoint: false, onWarning: reject })
  monitor.for({ model: '', contextSize: 8_192 })
  for (let i = 0; i < 5; i++) await turn()
  expect(unhandled).toEqual([])
})
