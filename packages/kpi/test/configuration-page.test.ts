import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { catalog, defineConfig } from '@mnemoscope/kpi'
import { pagesWithKpiTables, withKpiTables } from '../../../scripts/kpi-tables.js'
import { builtInKpiSchema, customKpiSchema, settingsSchema } from '../src/config/schema.js'

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')

test('the page of the configuration names every setting, and no other', () => {
  // With those that have no default.
  const {
    kpis: _,
    declared: __,
    ...settings
  } = defineConfig({
    alerting: { runbookBaseUrl: 'https://wiki.example/' },
    caFile: '/ca.crt',
    endpoints: {
      recorder: 'https://127.0.0.1:9470',
      page: 'http://127.0.0.1:9470',
      alertmanagerPage: 'http://127.0.0.1:9093',
      grafana: 'http://127.0.0.1:3000',
      traces: 'http://127.0.0.1:16686/trace/{traceId}',
    },
    recorderScrapeTokenFile: '/token',
    recorderClientCertificate: { certFile: '/own.crt', keyFile: '/own.key' },
    proxySignIn: { key: 'proxy' },
    changes: { backtest: '14d' },
  })
  const section = page.slice(page.indexOf('## Settings'), page.indexOf('## KPIs'))
  const described = [...section.matchAll(/^\| `([a-zA-Z.]+)` \|/gm)].map(([, key]) => key)
  expect(described).toEqual(leaves(settings))
  expect(Object.keys(settings)).toEqual(Object.keys(settingsSchema.shape))
  for (const key of Object.keys(settings)) expect(page).toMatch(new RegExp(`\`${key}[\`.:]`))
})

test('the page of the configuration names every key of a KPI', () => {
  for (const key of Object.keys({ ...builtInKpiSchema.shape, ...customKpiSchema.shape })) {
    expect(page).toContain(`\`${key}\``)
  }
})

test.each(pagesWithKpiTables)(
  '%s has the table of KPIs that the catalog gives; else: npm run generate',
  (path) => {
    const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
    expect(text).toMatch(/<!-- kpis \w+ -->/)
    expect(text).toBe(withKpiTables(text))
    for (const id of Object.keys(catalog)) expect(text).toContain(`| \`${id}\``)
  },
)

test('the page of the configuration has the thresholds of every built-in KPI', () => {
  for (const { id, thresholds } of Object.values(defineConfig().kpis)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${id}\``))
    const numbers =
      row
        ?.split('|')
        .at(-2)
        ?.replaceAll(',', '')
        .match(/-?[\d.]+/g)
        ?.map(Number) ?? []
    expect(numbers).toEqual(Object.values(thresholds))
  }
})

function leaves(settings: object, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  )
}
