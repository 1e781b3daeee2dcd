import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { sourceHash } from '../../src/recording/source.js'
import { type Rules, rulesOf, ruleTest } from '../promtool.js'

describe('operations of another program count once', () => {
  const config = defineConfig({
    services: [{ name: 'app', targets: ['a:1'] }],
    kpis: { f1_score: { source: { metric: 'quality', boundaries: [0.5, 1] } } },
  })
  const { f1_score } = config.kpis
  const labels = 'job="app", instance="a:1", zone="x"'
  const [count, sum] = [`quality_count{${labels}}`, `quality_sum{${labels}}`]
  const start = 'process_start_time_seconds{job="app", instance="a:1"}'
  const up = 'up{job="app", instance="a:1"}'
  const place = '{job="app", model="_unknown", context_size="_unknown"}'
  const counted = (operations: number, total: number) => {
    const all = (what: 'count' | 'sum') => `sum_over_time(${names.judgeSeries.added(f1_score, what)}[1h])`
    return {
      at: '9m',
      values: { [all('count')]: [[place, operations]], [all('sum')]: [[place, total]] },
    } as const
  }
  const now = rulesOf(config)
  /** What the source records is read one evaluation later. */
  const late: Rules = new Map(
    [...now].map(([file, groups]) => [file, [...groups.slice(1), ...groups.slice(0, 1)]]),
  )

  test.each([
    ['of a process that goes on', '0 2 4 6x3', '0 1 2 3x3', '-999x9', 6, 3],
    ['of one that restarts', '0 2 8 8 1 3 3', '0 1 4 4 0.5 1.5 1.5', '1x3 61x3', 11, 5.5],
    // At 45 s the new process has soon done more than the old one.
    [
      'of one that restarts and has soon done more',
      '0 2 2 9 9 9 9',
      '0 1 1 4.5 4.5 4.5 4.5',
      '1x2 40x4',
      11,
      5.5,
    ],
    ['of one that restarts and does not say so', '0 2 8 8 1 3 3', '0 1 4 4 0.5 1.5 1.5', '_', 11, 5.5],
    ['of a process that is new', '_ _ _ 4 4 4', '_ _ _ 2 2 2', '_x3 40x3', 4, 2],
    ['of a service that counts for the first time', '_ _ _ 4 4 4', '_ _ _ 2 2 2', '_', 4, 2],
    ['but not of a counter that is older, and does not say so', '7 7 8 8 8', '3.5 3.5 4 4 4', '_', 1, 0.5],
    ['but not of a counter that is older than the rules', '7 7 8 8 8', '3.5 3.5 4 4 4', '-999x9', 1, 0.5],
  ])('%s', async (_, counts, sums, began, operations, total) => {
    const series = { [count]: counts, [sum]: sums, [start]: began, [up]: '1x9' }
    const options = { evaluation: '15s' }
    expect(await ruleTest(now, series, [counted(operations, total)], options)).toBe('')
    expect(await ruleTest(late, series, [counted(operations, total)], options)).toBe('')
  })

  test('but not of an old counter that an edit of the source brings', async () => {
    const before = `${names.judgeSeries.newest(f1_score)}{${names.counterPart}="start", job="app", instance="a:1"`
    const series = {
      [count]: '_ _ 7 7 8 8 8',
      [sum]: '_ _ 3.5 3.5 4 4 4',
      [start]: '-999x9',
      // What the source before the edit had recorded.
      [`${before}, ${names.sourceVersion}="00000000"}`]: '-999x3',
    }
    expect(await ruleTest(late, series, [counted(1, 0.5)], { evaluation: '15s' })).toBe('')
    expect(sourceHash(f1_score)).not.toBe(
      sourceHash({ source: { ...f1_score.source, where: { a: 'b' } } as never }),
    )
  })

  test('and none that it does not show', async () => {
    const { current, samples } = names.recordedSeries
    const values = { [current(f1_score)]: [], [samples(f1_score)]: [], ALERTS: [] }
    expect(
      await ruleTest(now, { 'other_count{job="app"}': '0+1x20', [start]: '1x20' }, [{ at: '4m', values }], {
        rules: 'all',
      }),
    ).toBe('')
  })
})
