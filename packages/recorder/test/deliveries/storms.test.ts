import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import type { Observation } from '../../src/alerts/observation.js'
import { storeObservations } from '../../src/alerts/store.js'
import { type Breach, stormIn } from '../../src/deliveries/storms.js'
import type { AlertEvent } from '../../src/index.js'
import { waitFor } from '../plumbing/wait-for.js'
import { testDeliveries } from './test-deliveries.js'

jest.setTimeout(60_000)

/** Services that breach, each so many seconds after the start. */
const breaches = (...all: (readonly [service: string, at: number])[]): Breach[] =>
  all.map(([service, at], i) => ({ episodeId: String(i), service, at }))
const five = breaches(['a', 0], ['b', 10], ['c', 20], ['d', 30], ['e', 40])

test.each<[what: string, breaches: Breach[], before: number | undefined, at: number | undefined]>([
  ['five services within a minute', five, undefined, 40],
  ['four services', five.slice(0, 4), undefined, undefined],
  [
    'four services, one of them twice',
    breaches(['a', 0], ['b', 1], ['c', 2], ['d', 3], ['a', 4]),
    undefined,
    undefined,
  ],
  [
    'five within more than a minute',
    breaches(['a', 0], ['b', 10], ['c', 20], ['d', 30], ['e', 60]),
    undefined,
    undefined,
  ],
  ['five in any order', five.toReversed(), undefined, 40],
  ['five, told before', five, 40, undefined],
  ['five again, nine minutes after those before', five, 40 - 540, undefined],
  ['five again, ten minutes after those before', five, 40 - 600, 40],
])('of %s', (_, given, before, at) => {
  expect(stormIn(given, before)?.at).toBe(at)
})

test('a storm names its services in the order in which they breached, and the episode of the last', () => {
  expect(stormIn(five.toReversed(), undefined)).toEqual({
    episodeId: '4',
    at: 40,
    services: ['a', 'b', 'c', 'd', 'e'],
  })
})

test('however breaches come, there are five services within a minute in each storm, and ten minutes between two', () => {
  const service = fc.constantFrom(...'abcdefgh')
  const some = fc.array(fc.tuple(service, fc.integer({ min: 0, max: 3_000 })), { maxLength: 60 })
  fc.assert(
    fc.property(some, (all) => {
      const given = breaches(...all)
      const storms: number[] = []
      for (let now = 0; now <= 3_000; now += 5) {
        const known = given.filter(({ at }) => at <= now && at > now - 180)
        const storm = stormIn(known, storms.at(-1))
        if (storm === undefined) continue
        const within = known.filter(({ at }) => at <= storm.at && at > storm.at - 60)
        expect(new Set(within.map(({ service }) => service))).toEqual(new Set(storm.services))
        expect(storm.services.length).toBeGreaterThanOrEqual(5)
        expect(storm.at - (storms.at(-1) ?? -600)).toBeGreaterThanOrEqual(600)
        storms.push(storm.at)
      }
    }),
    { numRuns: 50 },
  )
})

const deliveries = testDeliveries()

test('five services that breach give each handler one event of all of them, without those that have no data', async () => {
  const events: AlertEvent[] = []
  deliveries.start({ name: 'a', handle: (event) => void events.push(event) })
  const breach = (service: string): Observation => ({
    cluster: 'default',
    fingerprint: service.padStart(16, '0'),
    labels: { alertname: 'MnemoscopeF1ScoreCritical', severity: 'critical', kpi: 'f1_score', job: service },
    annotations: { summary: 'F1 score of m has reached CRITICAL' },
    startsAt: Date.now() - 1_000,
  })
  const silent = (service: string): Observation => ({
    ...breach(service),
    labels: { ...breach(service).labels, alertname: 'MnemoscopeF1ScoreNoData', severity: 'warning' },
  })
  await storeObservations({ pool: deliveries.pool, handlers: ['a'] }, [
    ...['a', 'b', 'c', 'd', 'e', 'f'].map(breach),
    ...['0', '1', '2'].map(silent),
  ])
  deliveries.lookForStorms(['a'])
  await waitFor(() => events.length === 10)
  const storms = events.filter(({ kind }) => kind === 'storm')
  expect(storms).toMatchObject([
    {
      detail: { services: 6 },
      text: expect.stringMatching(/^6 services breached within a minute: .*and 1 more; /),
    },
  ])
})
