import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { freePort } from '@mnemoscope/servers'
import {
  startTestPrometheus,
  type TestPrometheus,
} from '../../../packages/recorder/test/plumbing/prometheus.js'
import { startTestRecorder, type TestRecorder } from '../../../packages/recorder/test/plumbing/recorder.js'
import { waitFor } from '../../../packages/recorder/test/plumbing/wait-for.js'
import { temporaryFolder } from '../../harness/temporary-folder.js'
import { type ClusteredAlertmanager, startCluster } from './alertmanagers.js'

const config = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s', alertCheckInterval: '1s' })
const rules = `
groups:
  - name: f1
    rules:
      - alert: MnemoscopeF1ScoreWarning
        expr: job_model_context_size_operation:mnemoscope_f1_score:current <= 0.8
        labels: {severity: warning, kpi: f1_score}
        annotations: {summary: 'F1 is low', value: '{{ $value }}', threshold: '0.8'}
`
const seers = ['a', 'b', 'both'] as const
type Seer = (typeof seers)[number]
const killable = ['nobody', 'a', 'b', 'alertmanager'] as const
type Killable = (typeof killable)[number]

/** Long enough that an Alertmanager forgets the alerts of a Prometheus that died (4 s), and the recorder looks again. */
const holdMs = 8_000

describe.each([
  ['whose replica label is dropped before Alertmanager', '[{action: labeldrop, regex: replica}]', true],
  ['whose replica label Alertmanager gets', '[]', true],
  ['of which the recorder knows one', '[{action: labeldrop, regex: replica}]', false],
])('a pair of Prometheus, two Alertmanagers, %s', (_, alertRelabeling, knowsBoth) => {
  const folder = temporaryFolder('ha')
  let recorder: TestRecorder
  let alertmanagers: [ClusteredAlertmanager, ClusteredAlertmanager]
  let pair: { a: TestPrometheus; b: TestPrometheus }

  beforeAll(async () => {
    const port = await freePort()
    alertmanagers = await startCluster(folder.path, `http://127.0.0.1:${port}`)
    const urls = alertmanagers.map(({ url }) => url)
    const start = (replica: string) =>
      startTestPrometheus({
        ...{ rules, alertRelabeling, alertmanagers: urls, alertResendDelay: '1s' },
        externalLabels: `{region: eu, replica: ${replica}}`,
      })
    const [a, b] = await Promise.all([start('a'), start('b')])
    pair = { a, b }
    recorder = await startTestRecorder({
      config,
      port,
      prometheusUrl: a.url,
      prometheusReplicas: knowsBoth ? [b.url] : [],
      alertmanagerUrls: urls,
    })
  }, 180_000)

  afterAll(async () => {
    await recorder?.stop()
    await Promise.all([pair?.a.stop(), pair?.b.stop(), ...(alertmanagers ?? []).map((each) => each.stop())])
    folder.remove()
  }, 60_000)

  function expose(round: string, valueAt: (seer: Seer, replica: 'a' | 'b') => number): void {
    for (const replica of ['a', 'b'] as const) {
      const lines = seers.map((seer) => {
        const labels = `model="${round} ${seer}",context_size="8192"`
        return `job_model_context_size_operation:mnemoscope_f1_score:current{${labels}} ${valueAt(seer, replica)}\n`
      })
      pair[replica].expose(lines.join(''))
    }
  }

  /** Episodes by who saw the breach; joined ones count once. */
  async function episodes(
    round: string,
  ): Promise<Record<Seer, { startsAt: number; endsAt: number | null }[]>> {
    const { rows } = await recorder.pool.query<{ model: string; starts_at: Date; ends_at: Date | null }>(
      `SELECT model, starts_at, ends_at FROM alert_episodes WHERE starts_with(model, $1)
         AND NOT (closed_how IS NOT DISTINCT FROM 'superseded' AND ends_at = starts_at) ORDER BY starts_at`,
      [`${round} `],
    )
    const of = (seer: Seer) =>
      rows
        .filter(({ model }) => model === `${round} ${seer}`)
        .map(({ starts_at, ends_at }) => ({
          startsAt: starts_at.getTime(),
          endsAt: ends_at?.getTime() ?? null,
        }))
    return { a: of('a'), b: of('b'), both: of('both') }
  }

  const kill: Record<Killable, () => Promise<void>> = {
    nobody: async () => undefined,
    a: () => pair.a.server.kill(),
    b: () => pair.b.server.kill(),
    alertmanager: () => alertmanagers[0].kill(),
  }
  const revive: Record<Killable, () => Promise<void>> = {
    nobody: async () => undefined,
    a: () => pair.a.restart(),
    b: () => pair.b.restart(),
    alertmanager: () => alertmanagers[0].restart(),
  }

  test.each(knowsBoth ? killable : (['nobody'] as const))(
    'has one episode for each breach, whoever sees it, where %s is killed meanwhile',
    async (victim) => {
      const round = `${victim}`
      const beganAt = Date.now()
      expose(round, (seer, replica) => (seer === 'both' || seer === replica ? 0.5 : 0.95))
      await waitFor(async () => Object.values(await episodes(round)).every((found) => found.length === 1))
      await kill[victim]()
      await wait(holdMs)
      // What somebody who lives still sees goes on.
      const during = await episodes(round)
      for (const seer of seers) {
        if (seer === victim) continue
        expect([seer, during[seer].map(({ endsAt }) => endsAt)]).toEqual([seer, [null]])
      }
      await revive[victim]()
      await wait(holdMs)
      const endedAt = Date.now()
      expose(round, () => 0.95)
      const over = await waitFor(async () => {
        const found = await episodes(round)
        return (
          Object.values(found)
            .flat()
            .every(({ endsAt }) => endsAt !== null) && found
        )
      })
      // Whatever comes late changes nothing.
      await wait(5_000)
      expect(await episodes(round)).toEqual(over)
      for (const seer of seers) {
        expect([seer, over[seer].length]).toEqual([seer, 1])
        const [{ startsAt, endsAt }] = over[seer] as [{ startsAt: number; endsAt: number }]
        expect(startsAt).toBeGreaterThanOrEqual(beganAt - 1_000)
        expect(startsAt).toBeLessThan(beganAt + 10_000)
        // The end is that of the breach, not of the one who was killed.
        expect(endsAt).toBeGreaterThanOrEqual(endedAt - 1_000)
        expect(endsAt).toBeLessThan(endedAt + 10_000)
      }
    },
    120_000,
  )
})
