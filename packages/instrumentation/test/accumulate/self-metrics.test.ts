import { expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { startMonitoring } from '../../src/index.js'

test('the endpoint has the start of its process, so that rules count the first operations of a new one', async () => {
  const monitor = await startMonitoring({ service: 'memory', port: 0 })
  const text = await (await fetch(monitor.url as string)).text()
  await monitor.stop()
  const start = Number(new RegExp(`^${names.processStart}(?:\\{\\})? (\\S+)$`, 'm').exec(text)?.[1])
  expect(Math.abs(start + process.uptime() - Date.now() / 1_000)).toBeLessThan(60)
})
