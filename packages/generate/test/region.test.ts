import { describe, expect, test } from '@jest/globals'
import { defineConfig, thresholdsAt } from '@mnemoscope/kpi'
import { partition, within } from '../src/region.js'

const overrides = [
  { model: 'a', contextSize: 4_096, thresholds: { warning: 9 } },
  { model: 'a', thresholds: { warning: 6, error: 12 } },
  { contextSize: 4_096, thresholds: { warning: 7 } },
  { model: 'b', contextSize: 8_192, thresholds: { error: 11 } },
  { contextSize: 8_192, thresholds: { error: 13 } },
]
const { latency } = defineConfig({ kpis: { latency: { overrides } } }).kpis

const ofOperations = [
  ...overrides,
  { operation: 'store', thresholds: { warning: 8, critical: 25 } },
  { operation: 'store', contextSize: 8_192, thresholds: { critical: 30 } },
  { model: 'b', operation: 'store', thresholds: { critical: 35 } },
  { model: 'b', operation: 'store', contextSize: 8_192, thresholds: { critical: 40 } },
]

describe('a partition of places', () => {
  test('without overrides is everything, with the value of the KPI itself', () => {
    const { f1_score } = defineConfig().kpis
    expect(partition(f1_score, ({ thresholds }) => thresholds.warning)).toEqual([
      { value: 0.8, region: { matchers: [], except: [] } },
    ])
  })

  test.each(['warning', 'error', 'critical'] as const)(
    'agrees with thresholdsAt everywhere at %s',
    (severity) => {
      const { latency } = defineConfig({ kpis: { latency: { overrides: ofOperations } } }).kpis
      const parts = partition(latency, ({ thresholds }) => thresholds[severity])
      for (const model of ['a', 'b', 'c']) {
        for (const contextSize of ['4096', '8192', '16384', '+Inf']) {
          for (const operation of ['search', 'store', '']) {
            const labels = { model, context_size: contextSize, operation }
            const holding = parts.filter(({ region }) => contains(region, labels))
            expect(holding.map(({ value }) => value)).toEqual([
              thresholdsAt(latency, { model, contextSize, operation })[severity],
            ])
          }
        }
      }
    },
  )

  test('excepts models and sizes by one matcher each, however many there are', () => {
    const { f1_score } = defineConfig({
      kpis: {
        f1_score: {
          overrides: [
            ...['a.b', 'c|d'].map((model) => ({ model, thresholds: { warning: 0.9 } })),
            { model: 'e', contextSize: 4_096, thresholds: { warning: 0.95 } },
          ],
        },
      },
    }).kpis
    const rest = partition(f1_score, ({ thresholds }) => thresholds.warning).at(-1)
    expect(rest && within('x', rest.region)).toBe(
      '(x{model!~"a\\\\.b|c\\\\|d"} unless x{model="e", context_size="4096"})',
    )
  })

  test('leaves an override that changes nothing at a level out of it', () => {
    const parts = partition(latency, ({ thresholds }) => thresholds.critical)
    expect(parts).toHaveLength(1)
  })
})

describe('the series within a region', () => {
  test('are selected by matchers and freed of the exceptions', () => {
    const parts = partition(latency, ({ thresholds }) => thresholds.warning)
    expect(parts.map(({ region }) => within('x', region))).toEqual([
      'x{model="a", context_size="4096"}',
      'x{model="a", context_size!="4096"}',
      'x{context_size="4096", model!="a"}',
      '(x unless x{model="a", context_size="4096"} unless x{model="a", context_size!="4096"}' +
        ' unless x{context_size="4096", model!="a"})',
    ])
  })
})

type Labels = Readonly<Record<string, string>>

function contains(region: ReturnType<typeof partition>[number]['region'], labels: Labels): boolean {
  const holds = region.matchers.every(({ label, operator, value }) => {
    const equal = operator.endsWith('~')
      ? new RegExp(`^(?:${value})$`).test(labels[label] as string)
      : labels[label] === value
    return operator.startsWith('!') ? !equal : equal
  })
  return holds && !region.except.some((except) => contains(except, labels))
}
