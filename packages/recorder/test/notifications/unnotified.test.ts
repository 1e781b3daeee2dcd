import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { promises } from '../../src/notifications/promised.js'
import type { Standing } from '../../src/notifications/standing.js'
import type { Outcome } from '../../src/notifications/told.js'
import { type Unheard, unnotified } from '../../src/notifications/unnotified.js'

const way = { receiver: 'oncall', integration: 'email' }

test.each<[string, object, boolean | undefined]>([
  ['none at all', {}, undefined],
  ['one for all', { a: {} }, true],
  ['one of another level', { a: { severities: ['warning'] } }, false],
  ['one of another service', { a: { services: ['mnemoscope-prometheus'] } }, false],
  ['one of its service and KPI', { a: { services: ['mnemoscope-recorder'], kpis: ['f1_score'] } }, true],
  ['one of another KPI, and one of its own', { a: { kpis: ['latency'] }, b: { kpis: ['f1_score'] } }, true],
])('whether a receiver is meant for an alert, where there is %s', (_, receivers, expected) => {
  const hook = { webhook: { url: 'http://127.0.0.1' } }
  const given = Object.entries(receivers).map(([name, each]) => [name, { ...hook, ...each }])
  const config = defineConfig({ alerting: { receivers: Object.fromEntries(given) } })
  const alert = { severity: 'critical', service: 'mnemoscope-recorder', kpi: 'f1_score' }
  expect(promises(config, alert)).toBe(expected)
})

describe('why nobody knows', () => {
  const at = (outcome: Standing['outcome'], integration = 'email') => ({ ...way, integration, outcome })
  const known = (outcome: Outcome, reason: string | null = null) => ({ ...way, outcome, reason })
  const alert: Unheard = {
    ...{ alertname: 'MnemoscopeF1ScoreCritical', severity: 'critical', ageMs: 300_000, known: [] },
    ...{ standing: [at('routed')], isPromised: true, isAnybodyThere: true },
  }
  test.each<[string, Partial<Unheard>, ReturnType<typeof unnotified>]>([
    ['it is on its way', {}, undefined],
    ['it was delivered', { known: [known('success')] }, undefined],
    ['it failed', { known: [known('error')] }, 'failed'],
    ['it failed and is young', { known: [known('error')], ageMs: 299_000 }, undefined],
    ['it failed and is information', { known: [known('error')], severity: 'info' }, undefined],
    [
      'it failed and is this alert itself',
      { known: [known('error')], alertname: 'MnemoscopeNobodyNotified' },
      undefined,
    ],
    [
      'it failed on one of two ways',
      { known: [known('error')], standing: [at('routed'), at('routed', 'slack')] },
      undefined,
    ],
    [
      'it failed on one way and the other one is muted',
      { known: [known('error')], standing: [at('routed'), at('muted', 'slack')] },
      'failed',
    ],
    ['none was sent', { known: [known('unknown', 'not_sent')] }, 'not_sent'],
    ['some failed', { known: [known('unknown', 'some_fail')] }, undefined],
    ['it is silenced', { standing: [at('silenced')] }, undefined],
    ['it is inhibited', { standing: [at('inhibited')] }, undefined],
    ['it is a mute time', { standing: [at('muted')] }, undefined],
    ['Alertmanager does not have it', { standing: [at('not_there')] }, 'not_there'],
    ['no route leads to people', { standing: [at('no_receiver')] }, 'no_receiver'],
    ['no receiver is meant for it', { standing: [at('no_receiver')], isPromised: false }, undefined],
    [
      'nobody would get it, and it is not there',
      { standing: [at('not_there')], isPromised: false },
      undefined,
    ],
    ['nobody would get it, and none answers', { standing: undefined, isPromised: false }, undefined],
    ['others route, and not this', { standing: [at('no_receiver')], isPromised: undefined }, undefined],
    ['others route, and do not have it', { standing: [at('not_there')], isPromised: undefined }, 'not_there'],
    ['people just had the same', { known: [known('unknown', 'not_repeated')] }, undefined],
    ['Alertmanager is away', { standing: undefined }, 'no_answer'],
    ['there is nobody', { standing: undefined, isAnybodyThere: false }, undefined],
  ])('%s', (_, more, expected) => {
    expect(unnotified({ ...alert, ...more })).toBe(expected)
  })
})
