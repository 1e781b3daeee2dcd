import { expect, test } from '@jest/globals'
import { findEngine } from '../harness/engines.js'
import { type Service, tellVictoria } from './vmalert.js'

const seconds = 220
const good = 0.9
const bad = 0.3

/** A birth, a short life, a restart, a breach, a recovery and a gauge, side by side. */
const services: readonly Service[] = [
  { job: 'steady', lives: [[0, seconds]], pace: 1, f1: () => good },
  { job: 'born', lives: [[70, seconds]], pace: 2, f1: () => good },
  { job: 'short', lives: [[80, 96]], pace: 2, f1: () => good },
  {
    job: 'restarts',
    lives: [
      [0, 100],
      [106, seconds],
    ],
    pace: 1,
    f1: () => good,
  },
  { job: 'breach', lives: [[0, seconds]], pace: 2, f1: (second) => (second < 90 ? good : bad) },
  { job: 'recovers', lives: [[0, seconds]], pace: 2, f1: (second) => (second < 100 ? bad : good) },
  {
    job: 'gauge',
    lives: [[0, seconds]],
    pace: 1,
    f1: () => good,
    memory: (second) => (second > 90 && second < 150 ? 9e9 : 1e6),
  },
]

const engine = await findEngine('victoriametrics')
if (!engine.isThere) process.stderr.write(`skipped: rules on vmalert. ${engine.reason}\n`)

;(engine.isThere ? test : test.skip)(
  'on vmalert every scraped operation counts once, and alerts are those that should be',
  async () => {
    if (!engine.isThere) return
    const heard = await tellVictoria(engine.command, services, seconds)
    expect(heard.map(({ job, counted }) => ({ job, counted }))).toEqual(
      heard.map(({ job, scraped }) => ({ job, counted: scraped })),
    )
    const breach = heard.find(({ job }) => job === 'breach')
    expect(breach?.said).toBe(
      `${breach?.scraped} operations in 10 min, ${breach?.bad} of them at or beyond it`,
    )
    const alerts = heard.map(({ job, alerts: all }) => [
      job,
      Object.entries(all)
        .map(([name, spans]) => `${name} ${spans.length}`)
        .sort(),
    ])
    const levels = ['Critical', 'Error', 'Warning'].map((level) => `MnemoscopeF1Score${level} 1`)
    expect(Object.fromEntries(alerts)).toEqual({
      steady: [],
      born: [],
      short: [],
      restarts: [],
      breach: levels,
      recovers: levels,
      gauge: ['MnemoscopeMemoryUsageCritical 1', 'MnemoscopeMemoryUsageWarning 1'],
    })
  },
  420_000,
)
