import { test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { monitors } from '../monitored.js'
import { expectClean } from './arbitrary-calls.js'

const { start } = monitors()

test('a million of them give no NaN, no repeated series and no error of promtool', async () => {
  await expectClean(await start({ config: defineConfig({ instrumentation: { maxSeries: 200 } }) }), 1_000_000)
}, 60_000)
