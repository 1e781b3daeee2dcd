import { expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { startMonitoring } from '../../src/index.js'

test('the endpoint has start and uptime of its process, so that rules count the first operations of a new one', async () => {
  const monitor = await startMonitoring({ service: 'memory', port: 0, now: () => Date.now() + 7_200_000 })
  const text = await (await fetch(monitor.url as string)).text()
  await monitor.stop()
  const gauge = (name: string) => Number(new RegExp(`^${name}\\{\\} (\\S+)$`, 'm').exec(text)?.[1])
  const start = gauge(names.processStart)
  expect(Math.abs(gauge(names.processUptime) - process.uptime())).toBeLessThan(60)
  expect(Math.abs(start + process.uptime() - Date.now() / 1_000)).toBeLessThan(60)
})
