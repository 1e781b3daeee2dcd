import { describe, expect, test } from '@jest/globals'
import { configHash, configMeaning, defineConfig, definePlugin, retentionOf } from '@mnemoscope/kpi'
import { recallAt5 } from './recall-at-5.js'

const recall = definePlugin({
  name: 'recall',
  kpis: { recall_at_5: recallAt5 },
  handlers: { ring: () => undefined },
  reportSections: [
    (data: { count: number }) => ({ title: 'RECALL', rows: [[{ text: String(data.count) }]] }),
  ],
})

describe('handlers', () => {
  test('are functions with a typed event, or built-in ones', () => {
    const { handlers } = defineConfig({
      handlers: {
        ring: ({ kind, episode }) => {
          const words: string = `${kind} ${episode.message}`
          expect(words).toBe('')
        },
        chat: { webhook: 'https://chat.example.org/hook' },
        log: 'console',
        archive: { file: 'alerts.jsonl' },
      },
    })
    expect(handlers).toEqual({
      ring: expect.any(Function),
      chat: { webhook: 'https://chat.example.org/hook' },
      log: 'console',
      archive: { file: 'alerts.jsonl' },
    })
  })

  test.each([
    ['no handler', { ring: 5 }, 'handlers.ring'],
    ['an unknown word', { ring: 'consol' }, 'handlers.ring'],
    ['an invalid address', { ring: { webhook: 'chat' } }, 'handlers.ring'],
    ['a name with a dot, which only plugins have', { 'a.b': 'console' }, 'handlers: "a.b"'],
  ])('refuse %s', (_, handlers, path) => {
    expect(() => defineConfig({ handlers } as never)).toThrow(path)
  })

  test('count for the hash by being there, not by what they do', () => {
    const hashWith = (ring?: () => void) => configHash(defineConfig(ring && { handlers: { ring } }))
    expect(hashWith(() => undefined)).toBe(hashWith(() => expect(1).toBe(1)))
    expect(hashWith(() => undefined)).not.toBe(hashWith())
    expect(configMeaning(defineConfig({ handlers: { ring: () => undefined } })).handlers).toEqual({
      ring: 'function',
    })
  })
})

describe('a plugin', () => {
  test('adds KPIs, which the configuration may change, and handlers under its name', () => {
    const { kpis, handlers } = defineConfig({
      plugins: [recall],
      kpis: { recall_at_5: { thresholds: { warning: 0.4 } } },
    })
    expect(kpis.recall_at_5).toMatchObject({ title: 'Recall at 5', thresholds: { warning: 0.4 } })
    expect(Object.keys(handlers)).toEqual(['recall.ring'])
  })

  test.each([
    ['is there twice', [recall, recall], 'plugins[1].name'],
    [
      'declares a KPI that another has',
      [recall, { ...recall, name: 'other' }],
      'plugins[1].kpis.recall_at_5',
    ],
    ['declares an invalid KPI', [{ name: 'x', kpis: { x_y: { ...recallAt5, unit: '?' } } }], 'kpis.x_y.unit'],
    [
      'has a section that is no function',
      [{ name: 'x', reportSections: [5] }],
      'plugins[0].reportSections[0]',
    ],
    ['has no name', [{ kpis: {} }], 'plugins[0].name'],
  ])('is refused where it %s', (_, plugins, path) => {
    expect(() => defineConfig({ plugins } as never)).toThrow(path)
  })
})

test('each kind of data is kept for dataRetentionDays unless its own setting says otherwise', () => {
  expect(retentionOf(defineConfig({ dataRetentionDays: 7, retention: { alertsDays: 90 } }))).toEqual({
    snapshotsDays: 7,
    measurementsDays: 7,
    alertsDays: 90,
    hourlyDays: 400,
  })
})
