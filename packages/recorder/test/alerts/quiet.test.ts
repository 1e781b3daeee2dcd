import { expect, test } from '@jest/globals'
import type { Episode } from '../../src/alerts/episode.js'
import type { AlertRule } from '../../src/alerts/prometheus-alerts.js'
import { endUnlessFiring, type SourceView } from '../../src/alerts/quiet.js'

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
const view = (given: SourceView['rule'], region?: string): SourceView => ({
  externalLabels: region === undefined ? {} : { region },
  rule: given,
})
const outcome = (...given: Parameters<typeof endUnlessFiring>) => {
  const step = endUnlessFiring(...given)
  return step === undefined ? 'open' : `${step.after.endsAt} ${step.after.closedHow}`
}

test.each<[string, Episode, SourceView, string]>([
  [
    'one whose rule was evaluated since has ended with its last sample',
    episode,
    view(rule),
    '130 reconciled',
  ],
  ['one that Prometheus never had ends at the newest evaluation', unconfirmed, view(rule), '200 reconciled'],
  [
    'one whose rule was not evaluated since stays open',
    episode,
    view({ ...rule, lastEvaluation: 121 }),
    'open',
  ],
  [
    'one of a Prometheus that has just started stays open',
    episode,
    view({ ...rule, lastEvaluation: 0 }),
    'open',
  ],
  ['one whose rule fails stays open', episode, view({ ...rule, isHealthy: false }), 'open'],
  ['one whose rule is gone has ended', episode, view('none'), '120 rule_removed'],
  ['one of a rule that this Prometheus never had stays open', unconfirmed, view('none'), 'open'],
  ['one of another region stays open', episode, view(rule, 'us'), 'open'],
  ['one of this region ends', episode, view(rule, 'eu'), '130 reconciled'],
])('of one Prometheus: %s', (_, given, source, expected) => {
  expect(outcome(given, [source], false)).toBe(expected)
})

/** What two replicas say that have no firing alert of an open episode: quiet, silent, or without the rule. */
const quiet = view(rule)
const later = view({ ...rule, lastEvaluation: 205 })
const silent = view('unknown')
const without = view('none')
const foreign = view(rule, 'us')

test.each<[string, SourceView[], boolean, Episode, string]>([
  ['both quiet', [quiet, later], false, episode, '130 reconciled'],
  ['both quiet, never seen by either', [quiet, later], false, unconfirmed, '205 reconciled'],
  ['both quiet, Alertmanager fires: a third one sees it', [quiet, later], true, episode, 'open'],
  ['one quiet, one killed', [quiet, silent], false, episode, 'open'],
  ['one quiet, one killed that alone saw it', [quiet, silent], false, unconfirmed, 'open'],
  ['one quiet, one killed, Alertmanager fires', [quiet, silent], true, episode, 'open'],
  ['one quiet, one long gone', [quiet], false, episode, '130 reconciled'],
  ['both killed', [silent, silent], false, episode, 'open'],
  ['both long gone', [], false, episode, 'open'],
  ['one quiet, one with other rules', [quiet, without], false, episode, '130 reconciled'],
  ['none has the rule any more', [without, without], false, episode, '120 rule_removed'],
  ['one without the rule, one killed', [without, silent], false, episode, 'open'],
  ['one quiet, one of another region', [quiet, foreign], false, episode, '130 reconciled'],
  ['one that only starts', [quiet, view({ ...rule, lastEvaluation: 0 })], false, episode, 'open'],
  [
    'one killed before it ever answered, which may have any alert',
    [quiet, { externalLabels: undefined, rule: 'unknown' }],
    false,
    episode,
    'open',
  ],
])('of replicas: %s', (_, views, firesInAlertmanager, given, expected) => {
  expect(outcome(given, views, firesInAlertmanager)).toBe(expected)
  expect(outcome(given, views.toReversed(), firesInAlertmanager)).toBe(expected)
})
