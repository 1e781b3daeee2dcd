import { test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import fc from 'fast-check'
import { monitors } from '../monitored.js'
import { anyCall, expectClean, seed, take } from './arbitrary-calls.js'

const { start } = monitors()

test('any values with any labels never throw', async () => {
  const monitor = await start({ endpoint: false })
  monitor.onBreach('warning', () => {})
  fc.assert(
    fc.property(anyCall, (call) => void take(monitor, call)),
    { seed },
  )
}, 60_000)

test('a hundred thousand of them give no NaN, no repeated series and no error of promtool', async () => {
  await expectClean(await start({ config: defineConfig({ instrumentation: { maxSeries: 200 } }) }), 100_000)
}, 60_000)
