import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import { createNoopMeter } from '@opentelemetry/api'
import { startMonitoring } from '../src/index.js'
import { monitors } from './monitored.js'

test('an output that can not be closed does not stop the others from sending their data', async () => {
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

const { start } = monitors()

describe('a monitor', () => {
  test('keeps no timer, port or handle after its stop, with all options on', async () => {
    // Immediates and pipes belong to the test runner.
    const held = () =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Server/.test(name)).length
    const before = held()
    const monitor = await start({
      // Its retries would go on for 10 s.
      otlp: { url: 'http://127.0.0.1:9/' },
      stopMilliseconds: 500,
      recorder: 'http://127.0.0.1:9',
      exemplars: true,
      genAi: true,
    })
    const labels = { model: 'm', contextSize: 1 }
    monitor.probe({
      labels,
      every: '1h',
      questions: [{ question: 'q', relevant: ['a'] }],
      retrieve: () => [],
    })
    monitor.onBreach('warning', () => {})
    monitor.for(labels).latency.record(100)
    await monitor.stop()
    // Closed sockets need a few turns of the event loop to end; a timer would be counted too.
    const until = performance.now() + 4_000
    while (held() > before && performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
    expect(held()).toBeLessThanOrEqual(before)
  })

  test('does not stop its process from ending', async () => {
    const source = new URL('../dist/index.js', import.meta.url)
    const code = `
      const { startMonitoring } = await import(${JSON.stringify(source.href)})
      const monitor = await startMonitoring({ service: 's', port: 0, otlp: { url: 'http://127.0.0.1:9/' } })
      monitor.probe({ labels: { model: 'm', contextSize: 1 }, every: '1h', retrieve: () => [],
        questions: [{ question: 'q', relevant: ['a'] }] })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' })
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  test('shares a port with threads, and waits for its start where nothing else keeps the process alive', async () => {
    const source = new URL('../dist/index.js', import.meta.url)
    const port = await freePort()
    const code = `
      import { once } from 'node:events'
      import { isMainThread, parentPort, Worker } from 'node:worker_threads'
      import { startMonitoring } from ${JSON.stringify(source.href)}
      const monitor = await startMonitoring({ service: 's', port: ${port}, onWarning: ({ message }) => console.log(message) })
      monitor.for({ model: 'm', contextSize: 1 }).latency.record(1)
      if (isMainThread) {
        const worker = new Worker(new URL(import.meta.url))
        await once(worker, 'message')
        const text = await (await fetch(monitor.url)).text()
        console.log(/latency_seconds_count\\{[^}]*\\} (\\d+)/.exec(text)[1])
        worker.terminate()
      } else {
        parentPort.postMessage(monitor.url)
        setInterval(() => {}, 1_000)
      }`
    expect(await outputOf(code)).toBe('2\n')
  })

  test('warns where a worker of a cluster answers scrapes at the port that all of them share', async () => {
    process.env.NODE_APP_INSTANCE = '1'
    try {
      const warnings: string[] = []
      const monitor = await startMonitoring({
        service: 's',
        endpoint: false,
        onWarning: ({ code }) => warnings.push(code),
      })
      await monitor.metricsResponse(new Request('http://service/metrics'))
      await monitor.metricsResponse(new Request('http://service/metrics'))
      expect(warnings).toEqual(['ONE_OF_SEVERAL'])
      await monitor.stop()
    } finally {
      delete process.env.NODE_APP_INSTANCE
    }
  })

  test('serves its metrics on a separate port in each worker of a cluster', async () => {
    const source = new URL('../dist/index.js', import.meta.url)
    const code = `
      import cluster from 'node:cluster'
      if (cluster.isPrimary) {
        const urls = []
        for (let i = 0; i < 2; i++) {
          cluster.fork().on('message', async ({ url }) => {
            urls.push(url)
            if (urls.length < 2) return
            const texts = await Promise.all(urls.map(async (each) => (await fetch(each)).text()))
            const counts = texts.map((text) => /latency_seconds_count\\{[^}]*\\} (\\d+)/.exec(text)[1])
            console.log(JSON.stringify({ ports: new Set(urls).size, counts }))
            for (const worker of Object.values(cluster.workers)) worker.kill()
          })
        }
      } else {
        const { startMonitoring } = await import(${JSON.stringify(source.href)})
        const monitor = await startMonitoring({ service: 's', port: 0 })
        monitor.for({ model: 'm', contextSize: 1 }).latency.record(1)
        process.send({ url: monitor.url })
      }`
    const output = await outputOf(code)
    expect(JSON.parse(output)).toEqual({ ports: 2, counts: ['1', '1'] })
  })
})

/** What a program prints. A worker of a cluster runs the file of its primary, so the code has to be in a file. */
async function outputOf(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-program-'))
  writeFileSync(join(folder, 'main.mjs'), code)
  const child = spawn(process.execPath, [join(folder, 'main.mjs')])
  const output = text(child.stdout)
  await once(child, 'close')
  rmSync(folder, { recursive: true })
  return output
}
