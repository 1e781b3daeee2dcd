import { at, every, type Kind, mixed } from '../operations.js'
import { oneLife, type Pattern } from '../pattern.js'
import { beta, lognormal, lognormalShare } from '../random.js'

const f1 = (mean: number, deviation: number): Kind => ({ draw: beta(mean, deviation), mean, deviation })

const seconds = (p95: number): Kind => ({
  draw: lognormal(p95, 0.5),
  mean: p95,
  deviation: 0.5,
  shareBeyond: (threshold) => lognormalShare(p95, 0.5, threshold),
})

/** A tenth takes 7 s, the others 1 s. */
const tenth: Kind = {
  draw: () => 1,
  mean: 1.6,
  deviation: 1.8,
  shareBeyond: (threshold) => (threshold <= 7 ? 0.1 : 0),
}

const noneOrOne = (minutes: number) =>
  [{ begins: [0, minutes], ends: [0, minutes], isOptional: true }] as const

/** Values at, around and far beyond thresholds, of all kinds of KPIs. */
export const valuePatterns: readonly Pattern[] = [
  {
    name: 'all operations are exactly at the critical threshold',
    kpi: 'f1_score',
    minutes: 60,
    lives: oneLife(every(7, [1, 60], 0.7)),
    says: { critical: [{ begins: [1, 20] }], warning: [{ begins: [1, 12] }] },
  },
  {
    name: 'all operations are exactly at the warning threshold, one a minute',
    kpi: 'f1_score',
    minutes: 240,
    lives: oneLife(every(60, [1, 240], 0.8)),
    says: { critical: [], error: [], warning: [{ begins: [1, 60] }] },
  },
  {
    name: 'all operations are just better than the warning threshold',
    kpi: 'f1_score',
    minutes: 240,
    lives: oneLife(every(20, [1, 240], 0.801)),
    says: { critical: [], error: [], warning: [] },
  },
  {
    name: 'F1 is truly 0.83 with much noise, an operation each 10 s',
    kpi: 'f1_score',
    minutes: 360,
    lives: oneLife(every(10, [0, 360], f1(0.83, 0.15), 3)),
    says: { warning: noneOrOne(360), critical: [] },
  },
  {
    name: 'F1 is truly 0.84 with much noise, an operation a minute',
    kpi: 'f1_score',
    minutes: 660,
    lives: oneLife(every(60, [0, 660], f1(0.84, 0.15), 5)),
    says: { warning: noneOrOne(660), critical: [] },
  },
  {
    name: 'F1 falls from 0.95 to 0.5 with noise, an operation a second',
    kpi: 'f1_score',
    minutes: 90,
    lives: oneLife([...every(1, [0, 60], f1(0.95, 0.05), 1), ...every(1, [60, 90], f1(0.5, 0.15), 2)]),
    says: { warning: [{ begins: [60, 61.5] }], critical: [{ begins: [60, 62.5] }] },
  },
  {
    name: 'F1 falls from 0.95 to 0.5 with noise, an operation a minute',
    kpi: 'f1_score',
    minutes: 180,
    lives: oneLife([...every(60, [0, 120], f1(0.95, 0.05), 1), ...every(60, [120, 180], f1(0.5, 0.15), 2)]),
    says: { warning: [{ begins: [120, 128.5] }] },
  },
  {
    name: 'p95 is truly 4.5 s, an operation each 4 s',
    kpi: 'latency',
    minutes: 360,
    lives: oneLife(every(4, [0, 360], seconds(4.5), 2)),
    says: { warning: noneOrOne(360), error: [], critical: [] },
  },
  {
    name: 'p95 rises from 2 to 20 s, an operation each 4 s',
    kpi: 'latency',
    minutes: 120,
    lives: oneLife([
      ...every(4, [0, 60], seconds(2), 1),
      ...every(4, [60, 90], seconds(20), 2),
      ...every(4, [90, 120], seconds(2), 3),
    ]),
    says: { warning: [{ begins: [60, 62], ends: [92, 119] }] },
  },
  {
    name: 'all operations are slow for five minutes, an operation a second',
    kpi: 'latency',
    minutes: 90,
    lives: oneLife([...every(1, [0, 30], 1), ...every(1, [30, 35], 30), ...every(1, [35, 90], 1)]),
    says: { critical: [{ begins: [30, 31], ends: [36, 50] }] },
  },
  {
    name: 'every tenth operation is slow',
    kpi: 'latency',
    minutes: 90,
    lives: oneLife([...every(1, [0, 30], 1), ...mixed(tenth, every(1, [30, 90], 1), every(9, [30, 90], 7))]),
    says: { warning: [{ begins: [30, 40] }], error: [], critical: [] },
  },
  {
    name: 'one operation of sixty is slow',
    kpi: 'latency',
    minutes: 120,
    lives: oneLife([...every(60, [0, 60], 1), ...at([60.5], 30, 1), ...every(60, [61, 120], 1)]),
    says: { warning: [], critical: [] },
  },
  {
    name: 'all operations take exactly as long as the warning threshold',
    kpi: 'latency',
    minutes: 60,
    lives: oneLife(every(10, [1, 60], 5)),
    says: { warning: [{ begins: [1, 4] }], error: [], critical: [] },
  },
  {
    name: 'all operations are just faster than the warning threshold',
    kpi: 'latency',
    minutes: 60,
    lives: oneLife(every(10, [1, 60], 4.99)),
    says: { warning: [], error: [], critical: [] },
  },
  {
    name: 'an operation an hour, all slow from the fifth on',
    kpi: 'latency',
    minutes: 780,
    lives: oneLife([...every(3_600, [0, 240], 1), ...every(3_600, [240, 780], 30)]),
    says: { critical: [{ begins: [270, 392] }] },
  },
  {
    name: 'a process dies while it is slow',
    kpi: 'latency',
    minutes: 150,
    lives: oneLife([...every(2, [0, 40], 1), ...every(2, [40, 50], 30)], { ends: 50 }),
    says: { critical: [{ begins: [40, 41.5], ends: [124, 127] }] },
  },
  {
    name: 'contexts overflow to a hundred and thirty percent',
    kpi: 'context_utilization',
    minutes: 90,
    lives: oneLife([...every(10, [0, 45], 0.5), ...every(10, [45, 90], 1.3)]),
    says: { critical: [{ begins: [45, 50] }] },
  },
  {
    name: 'contexts overflow to twelve times their size',
    kpi: 'context_utilization',
    minutes: 90,
    lives: oneLife([...every(10, [0, 45], 0.5), ...every(10, [45, 90], 12)]),
    says: { critical: [{ begins: [45, 46.5] }] },
  },
  {
    name: 'token usage rises, and is well again',
    kpi: 'token_usage',
    minutes: 120,
    lives: oneLife([
      ...every(10, [0, 30], 8_000),
      ...every(10, [30, 60], 30_000),
      ...every(10, [60, 120], 8_000),
    ]),
    says: { critical: [{ begins: [30, 34], ends: [60.5, 66] }] },
  },
  {
    name: 'contexts begin to overflow for the first time',
    kpi: 'overflow_frequency',
    minutes: 120,
    lives: oneLife([...every(5, [0, 60], 0), ...every(5, [60, 90], 1), ...every(5, [90, 120], 0)], {
      starts: -30,
    }),
    says: { critical: [{ begins: [60, 62], ends: [90.5, 100] }] },
  },
  {
    name: 'every tenth context overflows, exactly as many as the error threshold',
    kpi: 'overflow_frequency',
    minutes: 240,
    lives: oneLife(
      Array.from({ length: 1_440 }, (_, i) =>
        at([1 / 12 + i / 6], i % 10 === 5 ? 1 : 0, { draw: () => 0, mean: 0.1, deviation: 0.3 }),
      ).flat(),
    ),
    says: { critical: [], warning: [{ begins: [0, 240] }] },
  },
  {
    name: 'no context overflows',
    kpi: 'overflow_frequency',
    minutes: 120,
    lives: oneLife(every(10, [0, 120], 0)),
    says: { warning: [], critical: [] },
  },
  {
    name: 'adaptations fail, one each ten minutes',
    kpi: 'adaptation_success_rate',
    minutes: 480,
    lives: oneLife([...every(600, [0, 240], 1), ...every(600, [240, 360], 0), ...every(600, [360, 480], 1)]),
    says: { critical: [{ begins: [240, 286], ends: [360, 450] }] },
  },
  {
    name: 'the memory of one of two instances grows beyond the threshold',
    kpi: 'memory_usage',
    minutes: 60,
    lives: [
      { instance: 'a:9464', starts: -10, operations: every(15, [0, 60], 1e9) },
      {
        instance: 'b:9464',
        starts: -10,
        operations: [...every(15, [0, 20], 1e9), ...every(15, [20, 40], 8e9), ...every(15, [40, 60], 1e9)],
      },
    ],
    says: { critical: [{ begins: [20, 21], ends: [40, 41] }] },
  },
  {
    name: 'an instance dies while its memory is beyond the threshold',
    kpi: 'memory_usage',
    minutes: 60,
    lives: oneLife([...every(15, [0, 20], 1e9), ...every(15, [20, 40], 9e9)], { ends: 40 }),
    says: { critical: [{ begins: [20, 21], ends: [40, 41.5] }] },
  },
]
