import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { dashboards, grafanaFiles } from '../../src/grafana/grafana-files.js'
import type { Dashboard, FieldConfig } from '../../src/grafana/schema.js'
import { kpiRules } from '../../src/rule-files.js'
import { configs } from './configs.js'
import { panelsOf, targetsOf } from './linter.js'
import { selectorsOf } from './promql-tree.js'

const all = configs.flatMap(([title, config]) =>
  dashboards(config).map(([name, dashboard]) => [`${name} of ${title}`, dashboard] as const),
)

describe('A dashboard', () => {
  test.each(all)('has panels of different ids that do not overlap: %s', (_, dashboard) => {
    const places = (dashboard.panels ?? []).map(
      ({ id, gridPos }) => ({ id, ...(gridPos as object) }) as Place,
    )
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length)
    const overlapping = places.filter((a, i) => places.slice(i + 1).some((b) => overlap(a, b)))
    expect(overlapping).toEqual([])
    expect(places.every(({ x, w }) => x >= 0 && x + w <= 24)).toBe(true)
  })

  test.each(all)(
    'has the window as a variable, so that it stays chosen from one to the next: %s',
    (_, dashboard) => {
      expect(dashboard.templating?.list?.map(({ name }) => name)).toContain('window')
    },
  )

  test.each(all.filter(([name]) => !name.startsWith('kpi-')))(
    'looks at the chosen window: %s',
    (_, dashboard) => {
      expect(JSON.stringify(panelsOf(dashboard).flatMap(targetsOf))).toContain('$window')
    },
  )

  test.each(all)('gives its queries different names within a panel: %s', (_, dashboard) => {
    for (const panel of panelsOf(dashboard)) {
      const refIds = targetsOf(panel).map(({ refId }) => refId)
      expect(new Set(refIds).size).toBe(refIds.length)
    }
  })

  test.each(all)('says on every panel what it means that there is no data: %s', (_, dashboard) => {
    for (const panel of panelsOf(dashboard)) expect(panel.fieldConfig?.defaults.noValue).toMatch(/./)
  })

  test.each(all)('never shows what is not known in the colour of a level: %s', (_, dashboard) => {
    const judged = panelsOf(dashboard).flatMap(({ type, fieldConfig }) => {
      const overridden = (fieldConfig?.overrides ?? []).map(({ properties }) =>
        Object.fromEntries(properties.map(({ id, value }) => [id, value])),
      )
      return type === 'timeseries' ? [] : [fieldConfig?.defaults ?? {}, ...overridden]
    })
    for (const { thresholds, mappings } of judged as Partial<FieldConfig>[]) {
      // More than one step, the first of them the worst or the best: null would have its colour.
      if ((thresholds?.steps.length ?? 0) < 2 || thresholds?.steps[0]?.color === 'green') continue
      expect(mappings).toContainEqual({
        type: 'special',
        options: { match: 'null+nan', result: expect.objectContaining({ color: '#808080' }) },
      })
    }
  })

  test.each(all)('links only to dashboards that exist: %s', (_, dashboard) => {
    const uids = new Set(all.map(([, { uid }]) => uid))
    const linked = [...JSON.stringify(dashboard).matchAll(/"\/d\/([\w-]+)/g)].map(([, uid]) => uid)
    expect(linked.length).toBeGreaterThan(0)
    expect(linked.filter((uid) => !uids.has(uid))).toEqual([])
  })

  test.each(configs)('asks only for series that something records or exposes: %s', (_, config) => {
    const recorded = new Set(
      Object.values(config.kpis).flatMap((kpi) =>
        kpiRules(config, kpi).groups.flatMap(({ rules }) =>
          rules.flatMap((rule) => ('record' in rule ? rule.record : [])),
        ),
      ),
    )
    const asked = dashboards(config).flatMap(([, dashboard]) =>
      panelsOf(dashboard).flatMap((panel) =>
        targetsOf(panel).flatMap(({ expr }) =>
          typeof expr === 'string' ? selectorsOf(filledIn(expr)).map(({ name }) => name) : [],
        ),
      ),
    )
    const levelled = asked.filter((name) => name.includes(':'))
    expect(levelled.length).toBeGreaterThan(0)
    expect(levelled.filter((name) => !recorded.has(name))).toEqual([])
  })
})

describe('All dashboards', () => {
  test('have uids and file names of their own, and uids that Grafana takes', () => {
    for (const [, config] of configs) {
      const made = dashboards(config)
      expect(new Set(made.map(([name]) => name)).size).toBe(made.length)
      const uids = made.map(([, { uid }]) => uid as string)
      expect(new Set(uids).size).toBe(made.length)
      expect(uids.filter((uid) => !/^[a-zA-Z0-9_-]{8,40}$/.test(uid))).toEqual([])
    }
  })

  test('are the same for the same configuration', () => {
    expect(grafanaFiles(defineConfig({}))).toEqual(grafanaFiles(defineConfig()))
  })

  test('are refreshed as often as the configuration says, in a notation that Grafana reads', () => {
    const refresh = (refreshInterval: string) =>
      dashboards(defineConfig({ dashboard: { refreshInterval } })).map(([, dashboard]) => dashboard.refresh)
    expect(new Set(refresh('10s'))).toEqual(new Set(['10s']))
    expect(new Set(refresh('1m30s'))).toEqual(new Set(['90s']))
    expect(new Set(refresh('1s'))).toEqual(new Set(['5s']))
  })

  test('show a custom KPI wherever they show a built-in one', () => {
    const [, [, custom]] = configs as [unknown, (typeof configs)[0]]
    const mentioning = (id: string) =>
      dashboards(custom)
        .filter(([, dashboard]) => panelsOf(dashboard).some((panel) => JSON.stringify(panel).includes(id)))
        .map(([name]) => name)
    expect(mentioning('recall_at_5')).toEqual(['overview', 'model-comparison', 'kpi-recall-at-5'])
    expect(titles(custom, 'kpi-recall-at-5')).toEqual(
      titles(custom, 'kpi-f1-score').map((title) => title.replace('F1 score', 'Recall at 5')),
    )
  })

  test('draw nothing but what the KPI’s instrument measures', () => {
    const [, [, custom]] = configs as [unknown, (typeof configs)[0]]
    expect(titles(custom, 'kpi-latency')).toContain('Latency: distribution')
    expect(titles(custom, 'kpi-queue-length')).toContain('Queue length of each process')
    expect(titles(custom, 'kpi-adaptation-success-rate')).toContain('By outcome')
    expect(titles(custom, 'kpi-context-utilization')).not.toContain('Share beyond each threshold')
  })

  test('name every threshold in the drill-down, those of overrides too', () => {
    const [, [, custom]] = configs as [unknown, (typeof configs)[0]]
    const course = panelsOf(find(custom, 'kpi-latency')).find(
      ({ title }) => title === 'Latency and its thresholds',
    )
    const lines = targetsOf(course ?? { type: '' }).map(({ legendFormat, expr }) => [legendFormat, expr])
    expect(lines.slice(1)).toEqual([
      ['warning', 'vector(5)'],
      ['error', 'vector(10)'],
      ['critical', 'vector(20)'],
      ['critical (weird "quoted" \\ model.*)', 'vector(40)'],
      ['warning (131072)', 'vector(8)'],
    ])
  })

  test('name only series of the module of names', () => {
    const [, [, custom]] = configs as [unknown, (typeof configs)[0]]
    expect(JSON.stringify(find(custom, 'overview'))).toContain(
      names.recordedSeries.current({ id: 'queue_length' }),
    )
  })
})

interface Place {
  readonly id: number
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

function overlap(a: Place, b: Place): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$window', '1h')
}

function find(config: Parameters<typeof dashboards>[0], name: string): Dashboard {
  return dashboards(config).find(([each]) => each === name)?.[1] as Dashboard
}

function titles(config: Parameters<typeof dashboards>[0], name: string): string[] {
  return panelsOf(find(config, name)).map(({ title }) => title ?? '')
}
