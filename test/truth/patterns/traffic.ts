import { at, burst, every, fading, mixed } from '../operations.js'
import { oneLife, type Pattern } from '../pattern.js'

const [good, bad] = [0.9, 0.05]

/** Whatever traffic does, one breach is one alert. */
export const trafficPatterns: readonly Pattern[] = [
  {
    name: 'a process dies after a bad minute, at an operation a second',
    kpi: 'f1_score',
    minutes: 200,
    lives: oneLife([...every(1, [0, 59], good), ...every(1, [59, 60], bad)], { ends: 60 }),
    says: {
      critical: [{ begins: [59, 61], ends: [134, 137] }],
      warning: [{ begins: [59, 61], ends: [134, 137] }],
    },
  },
  {
    name: 'traffic fades while it is bad',
    kpi: 'f1_score',
    minutes: 200,
    lives: oneLife([...every(1, [0, 60], good), ...fading(1, 1.05, [60, 66.7], bad)]),
    says: { critical: [{ begins: [60, 61.5], ends: [140, 143] }] },
  },
  {
    name: 'traffic falls to a thirtieth while it is bad',
    kpi: 'f1_score',
    minutes: 180,
    lives: oneLife([...every(2, [0, 60], good), ...every(2, [60, 70], bad), ...every(60, [70, 180], bad)]),
    says: { critical: [{ begins: [60, 61.5] }] },
  },
  {
    name: 'traffic falls to a thirtieth after it was well again',
    kpi: 'f1_score',
    minutes: 180,
    lives: oneLife([
      ...every(2, [0, 60], good),
      ...every(2, [60, 75], bad),
      ...every(2, [75, 85], good),
      ...every(60, [85, 180], good),
    ]),
    says: { critical: [{ begins: [60, 61.5], ends: [75.5, 80] }] },
  },
  {
    name: 'fifty operations come within 20 s every ten minutes, and those of one time are bad',
    kpi: 'f1_score',
    minutes: 180,
    lives: oneLife(Array.from({ length: 18 }, (_, i) => burst(50, 10 * i, i === 9 ? bad : good)).flat()),
    says: { critical: [{ begins: [90, 91], ends: [100, 111.5] }] },
  },
  {
    name: 'an operation an hour, three of them bad',
    kpi: 'f1_score',
    minutes: 1_000,
    lives: oneLife([
      ...at([8, 68, 128], good),
      ...at([188, 248, 308], bad),
      ...every(3_600, [338, 1_000], good),
    ]),
    says: { critical: [{ begins: [188, 249], ends: [368, 700] }] },
  },
  {
    name: 'an operation an hour, all bad',
    kpi: 'f1_score',
    minutes: 600,
    lives: oneLife(every(3_600, [0, 600], 0.4)),
    says: { critical: [{ begins: [30, 91] }] },
  },
  {
    name: 'an operation a day, the second and the third bad',
    kpi: 'f1_score',
    minutes: 4 * 1_440,
    lives: oneLife(
      at([100, 1_540, 2_980, 4_420], good).flatMap((each, i) =>
        (i === 1 || i === 2 ? at([each.at / 60], bad) : [each]).flat(),
      ),
    ),
    says: {
      critical: [
        { begins: [1_540, 1_541], ends: [1_614, 1_617] },
        { begins: [2_980, 2_981], ends: [3_054, 3_057] },
      ],
    },
  },
  {
    name: 'a thousand operations a second, bad for a minute',
    kpi: 'f1_score',
    minutes: 8,
    lives: oneLife([
      ...every(0.001, [0, 4], good),
      ...every(0.001, [4, 5], bad),
      ...every(0.001, [5, 8], good),
    ]),
    says: { critical: [{ begins: [4, 5.5], ends: [5, 8] }] },
  },
  {
    name: 'a hundred operations a second, two seconds of them bad',
    kpi: 'f1_score',
    minutes: 30,
    lives: oneLife([
      ...every(0.01, [0, 10], good),
      ...mixed(good, every(0.01, [10, 10 + 2 / 60], bad)),
      ...every(0.01, [10 + 2 / 60, 30], good),
    ]),
    says: { critical: [] },
  },
  {
    name: 'one operation among many is bad',
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife([...every(60, [0, 60], good), ...at([60.5], 0.3, good), ...every(60, [61, 120], good)]),
    says: { critical: [], error: [] },
  },
  {
    name: 'it is bad, well for half an hour, and bad again',
    kpi: 'f1_score',
    minutes: 150,
    lives: oneLife([
      ...every(5, [0, 30], good),
      ...every(5, [30, 45], bad),
      ...every(5, [45, 75], good),
      ...every(5, [75, 90], bad),
      ...every(5, [90, 150], good),
    ]),
    says: {
      critical: [
        { begins: [30, 32], ends: [45.5, 50] },
        { begins: [75, 77], ends: [90.5, 95] },
      ],
    },
  },
  {
    name: 'good and bad operations alternate',
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife([
      ...every(10, [0, 60], good),
      ...mixed(
        { draw: () => 0, mean: 0.575, deviation: 0.375 },
        every(20, [60, 120], 0.95),
        every(20, [60 + 1 / 6, 120], 0.2),
      ),
    ]),
    says: { critical: [{ begins: [60, 68] }] },
  },
  {
    name: 'it becomes worse over two hours',
    kpi: 'f1_score',
    minutes: 180,
    lives: oneLife(
      Array.from({ length: 180 }, (_, i) =>
        every(6, [i, i + 1], Number((0.95 - (0.5 * Math.max(0, i - 30)) / 150).toFixed(4))),
      ).flat(),
    ),
    says: { warning: [{ begins: [74, 85] }], critical: [{ begins: [104, 116] }] },
  },
  {
    name: 'traffic ends while all is well',
    kpi: 'f1_score',
    minutes: 150,
    lives: oneLife(every(10, [0, 40], good)),
    says: { warning: [], critical: [] },
  },
  {
    name: 'traffic becomes a hundred times as much while it is bad',
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife([
      ...every(100, [0, 60], good),
      ...every(100, [60, 80], 0.4),
      ...every(1, [80, 110], 0.4),
      ...every(1, [110, 120], good),
    ]),
    says: { critical: [{ begins: [60, 70], ends: [110.5, 116] }] },
  },
  {
    name: 'one operation in ten minutes, all bad from the second hour on',
    kpi: 'f1_score',
    minutes: 360,
    lives: oneLife([
      ...every(600, [0, 120], good),
      ...every(600, [120, 240], 0.4),
      ...every(600, [240, 360], good),
    ]),
    says: { critical: [{ begins: [120, 146], ends: [240, 290] }] },
  },
]
