import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { kpiRules } from '../../src/rule-files.js'

const config = defineConfig({
  kpis: { latency: { overrides: [{ model: 'm', statistic: 'mean' }] } },
})
const judged = Object.values(config.kpis).filter(({ instrument }) => instrument !== 'gauge')

/** What only counts where a process ended between two scrapes, and is rarely there. */
const ofEnds = /max_over_time\([^)]*\)|process_uptime_seconds/g

describe.each(judged.map((kpi) => [kpi.id, kpi] as const))('the rules of %s', (_, kpi) => {
  const [group] = kpiRules(config, kpi).groups
  const rules = (group?.rules ?? []).map((rule) => ({
    name: 'record' in rule ? rule.record : rule.alert,
    read: rule.expr.replaceAll(ofEnds, ''),
  }))
  const scraped = new RegExp(`(?<!:)\\b(?:${names.metricName(kpi)}|${names.processStart})(?:_|\\b)(?!:)`)

  test('read what is scraped in one rule, so that no scrape comes in between', () => {
    expect(rules.filter(({ read }) => scraped.test(read)).map(({ name }) => name)).toEqual([
      names.judgeSeries.newest(kpi),
    ])
  })

  test('keep what the last evaluation read before they read anew', () => {
    expect(rules.slice(0, 2).map(({ name }) => name)).toEqual([
      names.judgeSeries.seen(kpi),
      names.judgeSeries.newest(kpi),
    ])
  })
})
