import { expect, test } from '@jest/globals'
import type { Episode } from '../../src/alerts/episode.js'
import type { AlertRule } from '../../src/alerts/prometheus-alerts.js'
import { endUnlessFiring } from '../../src/alerts/reconcile.js'

const episode: Episode = {
  id: '1',
  cluster: 'default',
  fingerprint: '00000000000000aa',
  labels: { alertname: 'A', region: 'eu' },
  annotations: {},
  startsAt: 100,
  endsAt: undefined,
  closedHow: undefined,
  lastFiringAt: 120,
  value: undefined,
  newestValue: undefined,
  peakValue: undefined,
  threshold: undefined,
}
const rule: AlertRule = { interval: 10, lastEvaluation: 200, isHealthy: true, threshold: undefined }
const unconfirmed = { ...episode, lastFiringAt: undefined }

test.each<
  [name: string, episode: Episode, rule: AlertRule | undefined, external: Record<string, string>, end: string]
>([
  ['one whose rule was evaluated since has ended with its last sample', episode, rule, {}, '130 reconciled'],
  ['one that Prometheus never had ends at the newest evaluation', unconfirmed, rule, {}, '200 reconciled'],
  [
    'one whose rule was not evaluated since stays open',
    episode,
    { ...rule, lastEvaluation: 121 },
    {},
    'open',
  ],
  [
    'one of a Prometheus that has just started stays open',
    episode,
    { ...rule, lastEvaluation: 0 },
    {},
    'open',
  ],
  ['one whose rule fails stays open', episode, { ...rule, isHealthy: false }, {}, 'open'],
  ['one whose rule is gone has ended', episode, undefined, {}, '120 rule_removed'],
  ['one of a rule that this Prometheus never had stays open', unconfirmed, undefined, {}, 'open'],
  ['one of another region stays open', episode, rule, { region: 'us' }, 'open'],
])('%s', (_, given, givenRule, external, expected) => {
  const step = endUnlessFiring(given, givenRule, external)
  expect(step === undefined ? 'open' : `${step.after.endsAt} ${step.after.closedHow}`).toBe(expected)
})
