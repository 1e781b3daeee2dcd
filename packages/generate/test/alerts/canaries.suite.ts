import { describe, expect, test } from '@jest/globals'
import { canaryKpis, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig({ kpis: canaryKpis })
const memory_ability = config.kpis.memory_ability as Kpi
const rules = rulesOf(config)
const abilities = ['recall', 'update', 'forgetting', 'isolation']

/** Rounds of four canaries, each five minutes after the other, of which all end in the same way. */
const rounds = (count: number, outcome: string): Phase => ({
  scrapes: 20 * count,
  operations: 4,
  every: 20,
  measured: outcome,
})

/** What a service exposes of its canaries, each ability as its phases say. */
function service(phasesOf: (ability: string) => readonly Phase[]): Record<string, string> {
  const place = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192' }
  const series = abilities.map((ability) =>
    exposed(memory_ability, { ...place, operation: `canary_${ability}` }, phasesOf(ability)),
  )
  return Object.assign({ 'up{job="memory", instance="m:1"}': '1x6000' }, ...series)
}

const firing =
  'count by (operation) (ALERTS{alertname="MnemoscopeMemoryAbilityWarning", alertstate="firing"})'
/** All that has fired since the beginning, whatever it is. */
const fired = (since: string, where = '') =>
  `count(count_over_time(ALERTS{alertstate="firing"${where}}[${since}]))`

describe('alerts of canaries', () => {
  test.each(abilities)(
    'of %s fire within two rounds of its fault, alone, and end after it',
    async (broken) => {
      const series = service((ability) =>
        ability === broken
          ? [rounds(12, 'kept'), rounds(4, 'broken'), rounds(12, 'kept')]
          : [rounds(28, 'kept')],
      )
      const only = [[`{operation="canary_${broken}"}`, 1]] as const
      const result = await ruleTest(rules, series, [
        { at: '59m', values: { [fired('59m')]: [] } },
        { at: '1h10m', values: { [firing]: only } },
        { at: '2h20m', values: { [firing]: [], [fired('140m', `, operation!="canary_${broken}"`)]: [] } },
      ])
      expect(result).toBe('')
    },
  )

  test('of what cannot be known do not fire, nor of a day in which all are kept', async () => {
    const series = service((ability) => [
      rounds(12, 'kept'),
      ability === 'update' ? rounds(12, 'unknown') : rounds(12, 'kept'),
      rounds(264, 'kept'),
    ])
    const result = await ruleTest(rules, series, [{ at: '24h', values: { [fired('24h')]: [] } }], {
      evaluation: '60s',
    })
    expect(result).toBe('')
  }, 300_000)
})
