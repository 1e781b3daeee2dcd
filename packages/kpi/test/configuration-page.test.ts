import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { catalog, defineConfig, names } from '@mnemoscope/kpi'
import { pagesWithKpiTables, withKpiTables } from '../../../scripts/kpi-tables.js'
import { contractFiles, metrics, registry } from '../../../scripts/metric-contract.js'
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

test('the registry and the page of metrics are those of the names and the catalog; else: npm run generate', () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
  for (const [path, text] of contractFiles(read)) expect(read(path)).toBe(text)
})

test('the registry has each metric and each attribute once, and no attribute that it does not define', () => {
  const { groups } = registry() as {
    groups: { id: string; metric_name?: string; attributes: { id?: string; ref?: string }[] }[]
  }
  const defined = groups.flatMap(({ attributes }) => attributes.flatMap(({ id }) => id ?? []))
  const used = groups.flatMap(({ attributes }) => attributes.flatMap(({ ref }) => ref ?? []))
  expect(new Set(defined).size).toBe(defined.length)
  expect([...new Set(used)].toSorted()).toEqual(defined.toSorted())
  expect(new Set(groups.map(({ id }) => id)).size).toBe(groups.length)
  const named = metrics.map(({ name }) => name)
  for (const kpi of Object.values(defineConfig().kpis)) {
    expect(named).toEqual(expect.arrayContaining([names.otelMetric(kpi).name, names.otelLatest(kpi).name]))
  }
  expect(named).toEqual(expect.arrayContaining(Object.values(names.instrumentationCounter)))
})

function leaves(settings: object, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leaves(value, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  )
}
