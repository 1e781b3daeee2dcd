import { describe, expect, test } from '@jest/globals'
import { defineConfig, type Kpi, storeKpis, type Thresholds, thresholdSeverities } from '@mnemoscope/kpi'
import { exposed, type Phase } from '../../src/rule-tests/traffic.js'
import { rulesOf, ruleTest } from '../promtool.js'

const config = defineConfig({ kpis: storeKpis })
const rules = rulesOf(config)
const place = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'audit' }

/** What is a healthy value, and one beyond every threshold. */
const valuesOf = ({ thresholds }: { readonly thresholds: Thresholds }) => {
  const [best = 1, worst = 1] = [Object.values(thresholds)[0], Object.values(thresholds).at(-1)]
  return { healthy: best === 1 ? 0 : best / 2, ill: worst }
}

/** A reading that is shown for so many minutes. */
const shown = (minutes: number, measured: number): Phase => ({ scrapes: 4 * minutes, measured })

function series(phasesOf: (id: string) => readonly Phase[]): Record<string, string> {
  const all = Object.keys(storeKpis).map((id) => exposed(config.kpis[id] as Kpi, place, phasesOf(id)))
  return Object.assign({ 'up{job="memory", instance="m:1"}': '1x6000' }, ...all)
}

const judged = Object.entries(storeKpis).filter(([, { thresholds }]) => Object.keys(thresholds).length > 0)
const fired = (kpi: string) => `count by (alertname) (ALERTS{alertstate="firing", kpi${kpi}})`

describe('alerts of a store', () => {
  test.each(judged)(
    'of %s fire after a reading that is ill, alone, and end after one that is healthy',
    async (id, kpi) => {
      const healthy = (each: string) => valuesOf(storeKpis[each as keyof typeof storeKpis]).healthy
      const input = series((each) =>
        each === id
          ? [shown(30, healthy(each)), shown(30, valuesOf(kpi).ill), shown(60, healthy(each))]
          : [shown(120, healthy(each))],
      )
      const name = id.replace(/(?:^|_)([a-z])/g, (_, first: string) => first.toUpperCase())
      const levels = thresholdSeverities.filter(
        (level) => kpi.thresholds[level as keyof typeof kpi.thresholds],
      )
      const all = levels.map((level) => {
        const capital = level.charAt(0).toUpperCase() + level.slice(1)
        return [`{alertname="Mnemoscope${name}${capital}"}`, 1] as const
      })
      const result = await ruleTest(rules, input, [
        { at: '29m', values: { [fired('!=""')]: [] } },
        { at: '55m', values: { [fired(`="${id}"`)]: all, [fired(`!="${id}"`)]: [] } },
        { at: '2h', values: { [fired('!=""')]: [] } },
      ])
      expect(result).toBe('')
    },
  )
})
