import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { eventually } from '../../../test/harness/eventually.js'
import { startMonitoring, type Warning } from '../src/index.js'

/** A port that another server has. */
async function takenPort() {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, release: () => new Promise<unknown>((resolve) => server.close(resolve)) }
}

test('a port in use fails the start if the endpoint is required, and says what to do', async () => {
  const { port, release } = await takenPort()
  await expect(startMonitoring({ service: 's', port, required: true })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    value: port,
    next: expect.stringContaining('another port'),
  })
  await release()
  const monitor = await startMonitoring({ service: 's', port, required: true })
  expect(monitor.url).toContain(`:${port}/`)
  await monitor.stop()
})

test('a port in use is a warning by default, and the service is measured', async () => {
  const { port, release } = await takenPort()
  const warnings: Warning[] = []
  const monitor = await startMonitoring({
    service: 's',
    port,
    onWarning: (warning) => warnings.push(warning),
  })
  await eventually('the warning', () => warnings.length > 0)
  expect(warnings).toEqual([
    {
      code: 'PORT_IN_USE',
      message: expect.stringMatching(/is in use.*tried again every 10 s.*another port/),
    },
  ])
  expect(monitor.url).toBeUndefined()
  monitor.for({ model: 'm', contextSize: 8_192, operation: 'search' }).latency.record(1)
  expect(await (await monitor.metricsResponse(new Request('http://a/metrics'))).text()).toContain(
    'mnemoscope_latency_seconds_count{model="m",context_size="8192",operation="search"} 1\n',
  )
  await monitor.stop()
  await release()
})

test('another start for the same service and port gives the monitor that runs', async () => {
  const { port, release } = await takenPort()
  await release()
  const warnings: Warning[] = []
  const options = { service: 's', port, onWarning: (warning: Warning) => warnings.push(warning) }
  const [first, second] = await Promise.all([startMonitoring(options), startMonitoring(options)])
  expect(second).toBe(first)
  expect(warnings).toEqual([])
  const config = defineConfig({ contextSizes: [1_000] })
  expect(await startMonitoring({ ...options, config })).toBe(first)
  expect(warnings.map(({ code }) => code)).toEqual(['ALREADY_STARTED'])
  await first.stop()
  const third = await startMonitoring(options)
  expect(third).not.toBe(first)
  expect(third.url).toBe(first.url)
  await third.stop()
})

test('so does a start by another copy of the module, and the endpoint serves what both record', async () => {
  const { port, release } = await takenPort()
  await release()
  jest.resetModules()
  const copy = await import('../src/index.js')
  expect(copy.startMonitoring).not.toBe(startMonitoring)
  const first = await startMonitoring({ service: 's', port })
  const second = await copy.startMonitoring({ service: 's', port })
  for (const monitor of [first, second]) monitor.for({ model: 'm', contextSize: 1 }).latency.record(1)
  expect(await (await fetch(first.url ?? '')).text()).toMatch(/^mnemoscope_latency_seconds_count\{.+\} 2$/m)
  await second.stop()
})

test('an undefined port or host is the default, as where it is left out', async () => {
  const other = { port: undefined, host: undefined } as object
  const [first, second] = await Promise.all([
    startMonitoring({ service: 's' }),
    startMonitoring({ service: 's', ...other }),
  ])
  expect(second).toBe(first)
  await first.stop()
})
