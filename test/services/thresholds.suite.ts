import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { type Config, type ConfigInput, configHash, defineConfig } from '@mnemoscope/kpi'
import {
  type AnswerOf,
  type AppliedChange,
  type ConfigSource,
  differencesBetween,
} from '@mnemoscope/recorder'
import { startTestRecorder, type TestRecorder } from '../../packages/recorder/test/plumbing/recorder.js'
import { eventually } from '../harness/eventually.js'

/** Applies each patch at once, as an applier does whose servers take it. */
function patchable(): ConfigSource {
  const services = [{ name: 'alone', targets: ['127.0.0.1:9'] }]
  let config: Config = defineConfig({ services })
  const listeners = new Set<(change: AppliedChange) => void>()
  return {
    current: () => config,
    patch: () => ({}),
    problem: () => undefined,
    onProblem: () => () => undefined,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async apply({ by, patch }) {
      const before = config
      config = defineConfig({ services, ...(patch as ConfigInput) })
      const change: AppliedChange = {
        ...{ at: new Date(), by, source: 'api', config, sha256: configHash(config) },
        previousSha256: configHash(before),
        differences: differencesBetween(before, config),
      }
      for (const listener of listeners) listener(change)
      return change
    },
  }
}

let recorder: TestRecorder
beforeAll(async () => {
  recorder = await startTestRecorder({ configSource: patchable() })
}, 60_000)
afterAll(() => recorder?.stop(), 60_000)

test('a threshold that is changed in a real recorder reaches the service that names it, and the answer names the others', async () => {
  const [follows, alone] = await Promise.all([
    startMonitoring({ service: 'follows', port: 0, recorder: recorder.url }),
    startMonitoring({ service: 'alone', port: 0 }),
  ])
  const breaches: unknown[] = []
  for (const monitor of [follows, alone])
    monitor.onBreach('warning', ({ value, threshold, model }) => {
      breaches.push([model, value, threshold])
    })
  const change = async (warning: number) => {
    const body = JSON.stringify({ patch: { kpis: { latency: { thresholds: { warning } } } } })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${recorder.url}/api/config`, { method: 'PUT', headers, body })
    return (await response.json()) as AnswerOf<'PUT /api/config'>
  }
  const { restarts } = await change(4)
  expect(restarts).toContainEqual({
    part: 'services_without_recorder',
    paths: ['kpis.latency.thresholds.warning'],
    services: ['alone'],
  })
  await eventually('a breach of the changed threshold', () => {
    follows.for({ model: 'follows', contextSize: 8_192 }).latency.record(4.5)
    alone.for({ model: 'alone', contextSize: 8_192 }).latency.record(4.5)
    return breaches.length > 0
  })
  expect(breaches).toEqual([['follows', 4.5, 4]])
  await Promise.all([follows.stop(), alone.stop()])
}, 60_000)
