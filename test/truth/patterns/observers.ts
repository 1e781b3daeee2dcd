import { every } from '../operations.js'
import { oneLife, type Pattern } from '../pattern.js'

const [good, bad] = [0.9, 0.05]

/** Bad from the 30th to the 50th minute, an operation each 5 s. */
const badForTwentyMinutes = [
  ...every(5, [0, 30], good),
  ...every(5, [30, 50], bad),
  ...every(5, [50, 90], good),
]

/** Scrapers, evaluators, clocks and servers that come and go: what the operations say stays the same. */
export const observerPatterns: readonly Pattern[] = [
  ...[15, 30, 60, 120].map(
    (scrapeInterval): Pattern => ({
      name: `a breach of twenty minutes, scraped each ${scrapeInterval} s`,
      kpi: 'f1_score',
      minutes: 90,
      scrapeInterval,
      lives: oneLife(badForTwentyMinutes),
      says: {
        critical: [{ begins: [30, 31.5 + scrapeInterval / 60], ends: [50, 55 + scrapeInterval / 60] }],
      },
    }),
  ),
  ...[30, 60, 120].map(
    (scrapeInterval): Pattern => ({
      name: `a process dies after five bad minutes, scraped each ${scrapeInterval} s`,
      kpi: 'f1_score',
      minutes: 150,
      scrapeInterval,
      lives: oneLife([...every(1, [0, 45], good), ...every(1, [45, 50.05], bad)], { ends: 50.05 }),
      says: { critical: [{ begins: [45, 46.5 + scrapeInterval / 60], ends: [121, 127] }] },
    }),
  ),
  {
    name: 'a new process that is bad is scraped each 120 s',
    kpi: 'f1_score',
    minutes: 60,
    scrapeInterval: 120,
    lives: oneLife(every(20, [20.1, 60], bad), { starts: 20.05 }),
    says: { critical: [{ begins: [20, 23] }] },
  },
  {
    name: 'a process restarts while it is bad, scraped each 60 s',
    kpi: 'f1_score',
    minutes: 90,
    scrapeInterval: 60,
    lives: [
      ...oneLife([...every(5, [0, 30], good), ...every(5, [30, 40.5], bad)], { ends: 40.5 }),
      ...oneLife([...every(5, [40.7, 60], bad), ...every(5, [60, 90], good)], { starts: 40.6 }),
    ],
    says: { critical: [{ begins: [30, 33], ends: [60.5, 66] }] },
  },
  {
    name: 'scrapes fail for six minutes while it becomes bad',
    kpi: 'f1_score',
    minutes: 90,
    unscraped: [[29, 35]],
    lives: oneLife(badForTwentyMinutes),
    says: { critical: [{ begins: [35, 36.5], ends: [50.5, 55] }] },
  },
  {
    name: 'scrapes fail for twelve minutes while it is bad',
    kpi: 'f1_score',
    minutes: 90,
    unscraped: [[35, 47]],
    lives: oneLife(badForTwentyMinutes),
    says: { critical: [{ begins: [30, 31.5], ends: [50.5, 55] }] },
  },
  {
    name: 'scrapes fail for half an hour while it is well',
    kpi: 'f1_score',
    minutes: 120,
    unscraped: [[40, 70]],
    lost: [[39.75, 70]],
    lives: oneLife(every(5, [0, 120], good)),
    says: { warning: [], critical: [] },
  },
  {
    name: 'every third scrape fails',
    kpi: 'f1_score',
    minutes: 90,
    unscraped: Array.from({ length: 120 }, (_, i) => [i * 0.75, i * 0.75 + 0.25] as const),
    lives: oneLife(badForTwentyMinutes),
    says: { critical: [{ begins: [30, 32], ends: [50, 55.5] }] },
  },
  {
    name: 'the rules are not evaluated for four minutes while it becomes bad',
    kpi: 'f1_score',
    minutes: 90,
    unevaluated: [[29, 33]],
    lives: oneLife(badForTwentyMinutes),
    says: { critical: [{ begins: [33, 34], ends: [50.5, 55] }] },
  },
  {
    name: 'the rules are not evaluated for four minutes while a bad process restarts',
    kpi: 'f1_score',
    minutes: 90,
    unevaluated: [[38.9, 43]],
    lost: [[38.5, 39.2]],
    lives: [
      ...oneLife([...every(5, [0, 30], good), ...every(5, [30, 39], bad)], { ends: 39.2 }),
      ...oneLife([...every(5, [41.2, 60], bad), ...every(5, [60, 90], good)], { starts: 41 }),
    ],
    says: { critical: [{ begins: [30, 31.5], ends: [60.5, 65] }] },
  },
  {
    name: 'a fresh Prometheus meets counters of an old process that was bad',
    kpi: 'f1_score',
    minutes: 60,
    lives: oneLife([...every(5, [-300, -60], bad), ...every(60, [1, 60], good)], { starts: -300 }),
    says: { warning: [], critical: [] },
  },
  {
    name: 'a fresh Prometheus meets counters of an old process that is bad',
    kpi: 'f1_score',
    minutes: 60,
    lives: oneLife([...every(5, [-300, -60], good), ...every(60, [1, 60], bad)], { starts: -300 }),
    says: { critical: [{ begins: [1, 6] }] },
  },
  {
    name: 'a fresh Prometheus meets counters of an old process whose clock is two hours ahead',
    kpi: 'f1_score',
    minutes: 60,
    lives: oneLife([...every(5, [-60, -1], bad), ...every(60, [1, 60], good)], {
      starts: -60,
      clockAhead: 7_200,
    }),
    says: { warning: [], critical: [] },
  },
  {
    name: 'a process whose clock is two hours ahead restarts while it is bad',
    kpi: 'f1_score',
    minutes: 90,
    lives: [
      ...oneLife([...every(5, [0, 30], good), ...every(5, [30, 40], bad)], { ends: 40, clockAhead: 7_200 }),
      ...oneLife([...every(5, [40.5, 60], bad), ...every(5, [60, 90], good)], {
        starts: 40.4,
        clockAhead: 7_200,
      }),
    ],
    says: { critical: [{ begins: [30, 31.5], ends: [60.5, 65] }] },
  },
  {
    name: 'a new process whose clock is two hours behind is bad',
    kpi: 'f1_score',
    minutes: 90,
    lives: [
      { instance: 'a:9464', starts: -60, operations: [] },
      { instance: 'b:9464', starts: 30, clockAhead: -7_200, operations: every(5, [30.1, 60], bad) },
    ],
    says: { critical: [{ begins: [30, 32] }] },
  },
  {
    name: 'a process that pushes ends while it is bad',
    kpi: 'f1_score',
    minutes: 150,
    isPushed: true,
    lives: oneLife([...every(1, [0, 45], good), ...every(1, [45, 50], bad)], { ends: 50 }),
    says: { critical: [{ begins: [45, 46.5], ends: [124, 127] }] },
  },
  {
    name: 'a process of another SDK, which does not say when it began, becomes bad',
    kpi: 'f1_score',
    minutes: 90,
    lost: [[0, 0.5]],
    lives: oneLife(badForTwentyMinutes, { saysNoStart: true }),
    says: { critical: [{ begins: [30, 31.5], ends: [50.5, 55] }] },
  },
  {
    name: 'a process of another SDK restarts while it is bad',
    kpi: 'f1_score',
    minutes: 90,
    lost: [[0, 0.5]],
    lives: [
      ...oneLife([...every(5, [0, 30], good), ...every(5, [30, 40], bad)], { ends: 40, saysNoStart: true }),
      ...oneLife([...every(5, [40.5, 60], bad), ...every(5, [60, 90], good)], {
        starts: 40.4,
        saysNoStart: true,
      }),
    ],
    says: { critical: [{ begins: [30, 31.5], ends: [60.5, 65] }] },
  },
]
