import { at, every, mixed, unclear } from '../operations.js'
import { type Life, oneLife, type Pattern } from '../pattern.js'

const [good, bad] = [0.9, 0.05]

const replica = (i: number, life: Omit<Life, 'instance'>): Life => ({
  instance: `replica-${i}:9464`,
  ...life,
})

/** Three replicas that are replaced one after the other, a minute apart. */
function rollingDeploy(
  minute: number,
  before: readonly Life['operations'][],
  after: readonly Life['operations'][],
): Life[] {
  // While old and new replicas answer, what is true is in between.
  const kindOf = (operations: Life['operations']) =>
    operations.flatMap((each) =>
      each.at > minute * 60 && each.at < (minute + 3) * 60 ? mixed(unclear, [each]) : [each],
    )
  return [0, 1, 2].flatMap((i) => {
    const restarts = minute + i
    return [
      replica(i, {
        starts: -60,
        ends: restarts,
        operations: kindOf((before[i] ?? []).filter((each) => each.at < restarts * 60)),
      }),
      replica(i, {
        starts: restarts + 0.3,
        operations: kindOf((after[i] ?? []).filter((each) => each.at > (restarts + 0.3) * 60)),
      }),
    ]
  })
}

const three = (operations: Life['operations']) => [operations, operations, operations]

/** Births, deaths, restarts, deployments and replicas: each operation that was scraped counts once. */
export const processPatterns: readonly Pattern[] = [
  {
    name: 'all operations of a process that lives 20 s are bad',
    kpi: 'f1_score',
    minutes: 120,
    lives: [
      { instance: 'a:9464', starts: 0, operations: [] },
      { instance: 'b:9464', starts: 30.1, ends: 30.45, operations: every(1, [30.1, 30.45], bad) },
    ],
    says: { critical: [{ begins: [30, 31], ends: [105, 107] }] },
  },
  {
    name: 'three bad operations come with a new process that then dies',
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife(at([30.05, 30.1, 30.15], bad), { starts: 30, ends: 30.3 }),
    says: { critical: [{ begins: [30, 31], ends: [105, 107] }] },
  },
  {
    name: "a new model's only operations are bad, in an old process",
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife(at([30.05, 30.1, 30.15], bad), { starts: -600 }),
    says: { critical: [{ begins: [30, 31], ends: [105, 107] }] },
  },
  {
    name: "a new model's only operations are bad, in an old process that pushes",
    kpi: 'f1_score',
    minutes: 120,
    isPushed: true,
    lives: [{ instance: 'a:9464', starts: -600, operations: at([30.05, 30.1, 30.15], bad) }],
    says: { critical: [{ begins: [30, 31], ends: [105, 107] }] },
  },
  {
    name: 'a process restarts while it is bad',
    kpi: 'f1_score',
    minutes: 120,
    lives: [
      ...oneLife([...every(5, [0, 40], good), ...every(5, [40, 50], bad)], { ends: 50 }),
      ...oneLife([...every(5, [50.4, 70], bad), ...every(5, [70, 120], good)], { starts: 50.3 }),
    ],
    says: { critical: [{ begins: [40, 42], ends: [70.5, 75] }] },
  },
  {
    name: 'a process restarts every two minutes while it is bad',
    kpi: 'f1_score',
    minutes: 90,
    lives: [
      ...oneLife(every(5, [0, 40], good), { ends: 40 }),
      ...Array.from({ length: 15 }, (_, i) => {
        const starts = 40.1 + 2 * i
        return oneLife(every(5, [starts, starts + 1.9], bad), { starts, ends: starts + 1.9 })
      }).flat(),
      ...oneLife(every(5, [70.2, 90], good), { starts: 70.1 }),
    ],
    says: { critical: [{ begins: [40, 42], ends: [70.5, 75] }] },
  },
  {
    name: 'a process has counted more than the one before it when it is scraped again',
    kpi: 'f1_score',
    minutes: 90,
    lives: [
      ...oneLife(every(60, [0, 30], good), { ends: 30 }),
      ...oneLife(every(0.1, [30.05, 60], bad), { starts: 30.01 }),
    ],
    says: { critical: [{ begins: [30, 31] }] },
  },
  {
    name: 'a rolling deployment of three replicas that are well',
    kpi: 'f1_score',
    minutes: 60,
    lives: rollingDeploy(30, three(every(2, [-10, 60], good)), three(every(2, [0, 60], good))),
    says: { warning: [], critical: [] },
  },
  {
    name: 'a rolling deployment of three replicas that are bad',
    kpi: 'f1_score',
    minutes: 90,
    lives: rollingDeploy(
      40,
      three([...every(2, [0, 20], good), ...every(2, [20, 60], bad)]),
      three(every(2, [0, 90], bad)),
    ),
    says: { critical: [{ begins: [20, 21.5] }] },
  },
  {
    name: 'a rolling deployment makes it bad',
    kpi: 'f1_score',
    minutes: 60,
    lives: rollingDeploy(30, three(every(2, [-10, 60], good)), three(every(2, [0, 60], bad))),
    says: { critical: [{ begins: [30, 33] }] },
  },
  {
    name: 'a rolling deployment makes it well',
    kpi: 'f1_score',
    minutes: 90,
    lives: rollingDeploy(30, three(every(2, [-10, 60], bad)), three(every(2, [0, 90], good))),
    says: { critical: [{ begins: [0, 2], ends: [31, 38] }] },
  },
  {
    name: 'one of three replicas is so bad that all three together are',
    kpi: 'f1_score',
    minutes: 60,
    lives: [
      replica(0, { starts: -60, operations: every(10, [0, 60], good) }),
      replica(1, { starts: -60, operations: every(10, [0, 60], good) }),
      replica(2, { starts: -60, operations: [...every(10, [0, 30], good), ...every(3, [30, 60], bad)] }),
    ],
    says: { critical: [{ begins: [30, 34] }] },
  },
  {
    name: 'one of ten replicas is bad, and all ten together are well',
    kpi: 'f1_score',
    minutes: 60,
    lives: Array.from({ length: 10 }, (_, i) =>
      replica(i, { starts: -60, operations: every(5, [0.02 * i, 60], i === 3 ? 0.5 : good) }),
    ),
    says: { warning: [], critical: [] },
  },
  {
    name: 'the only bad replica dies, and the others go on well',
    kpi: 'f1_score',
    minutes: 90,
    lives: [
      replica(0, { starts: -60, operations: every(10, [0, 90], good) }),
      replica(1, {
        starts: -60,
        ends: 40,
        operations: [...every(10, [0, 30], good), ...every(1, [30, 40], bad)],
      }),
    ],
    says: { critical: [{ begins: [30, 31.5], ends: [40.5, 47] }] },
  },
  {
    name: 'a process dies while it is bad and comes back well after half an hour',
    kpi: 'f1_score',
    minutes: 120,
    lives: [
      ...oneLife([...every(5, [0, 20], good), ...every(5, [20, 30], bad)], { ends: 30 }),
      ...oneLife(every(5, [60.1, 120], good), { starts: 60 }),
    ],
    says: { critical: [{ begins: [20, 22], ends: [60.5, 66] }] },
  },
  {
    name: 'a process dies while it is bad and comes back bad after half an hour',
    kpi: 'f1_score',
    minutes: 120,
    lives: [
      ...oneLife([...every(5, [0, 20], good), ...every(5, [20, 30], bad)], { ends: 30 }),
      ...oneLife(every(5, [60.1, 120], bad), { starts: 60 }),
    ],
    says: { critical: [{ begins: [20, 22] }] },
  },
  {
    name: 'a process dies while it is bad and comes back bad when its value has expired',
    kpi: 'f1_score',
    minutes: 220,
    lives: [
      ...oneLife([...every(5, [0, 20], good), ...every(5, [20, 30], bad)], { ends: 30 }),
      ...oneLife(every(5, [150.1, 220], bad), { starts: 150 }),
    ],
    says: { critical: [{ begins: [20, 22], ends: [104, 107] }, { begins: [150, 152] }] },
  },
  {
    name: 'the last operations of a process that ends between two evaluations are bad',
    kpi: 'f1_score',
    minutes: 120,
    lives: oneLife([...every(10, [0, 30], good), ...every(0.2, [30.02, 30.2], bad)], { ends: 30.3 }),
    says: { critical: [{ begins: [30, 31], ends: [105, 107] }] },
  },
  {
    name: 'a handle that was evicted comes back with one good operation',
    kpi: 'f1_score',
    minutes: 300,
    lives: [
      {
        instance: 'a:9464',
        starts: 0,
        evicted: [[90, 210]],
        operations: [...every(10, [0, 20], bad), ...every(60, [210, 300], good)],
      },
    ],
    says: { critical: [{ begins: [0, 2], ends: [94, 97] }] },
  },
  {
    name: 'a handle that was evicted comes back with bad operations',
    kpi: 'f1_score',
    minutes: 300,
    lives: [
      {
        instance: 'a:9464',
        starts: 0,
        evicted: [[90, 210]],
        operations: [...every(10, [0, 20], good), ...every(60, [210, 300], bad)],
      },
    ],
    says: { critical: [{ begins: [210, 213] }] },
  },
  {
    name: 'processes that live 50 s follow one another, all bad',
    kpi: 'f1_score',
    minutes: 40,
    lives: Array.from({ length: 40 }, (_, i) =>
      oneLife(every(2, [i + 0.02, i + 0.85], bad), { starts: i + 0.01, ends: i + 0.85 }),
    ).flat(),
    says: { critical: [{ begins: [0, 2] }] },
  },
]
