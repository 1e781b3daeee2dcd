import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { createNoopMeter } from '@opentelemetry/api'
import { startMonitoring } from '../src/index.js'

test('an exit that can not be closed keeps none of the others from sending what they have', async () => {
  let received = 0
  const recorder = createServer((request, response) => {
    if (request.url === '/v1/logs') received++
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(recorder, 'listening')
  const broken = Object.assign(Object.create(createNoopMeter()), {
    removeBatchObservableCallback() {
      throw new Error('no longer')
    },
  })
  const monitor = await startMonitoring({
    service: 's',
    port: 0,
    config: defineConfig({ instrumentation: { measurementSampling: 1 } }),
    meterProvider: { getMeter: () => broken },
    recorder: `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`,
  })
  monitor.for({ model: 'm', contextSize: 1 }).latency.record(1)
  await expect(monitor.stop()).rejects.toThrow('no longer')
  expect(received).toBe(1)
  await expect(fetch(monitor.url ?? '')).rejects.toThrow()
  recorder.close()
  recorder.closeAllConnections()
})
