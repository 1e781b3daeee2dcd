import { describe, expect, test } from '@jest/globals'
import { canaryKpis, defineConfig } from '@mnemoscope/kpi'
import { canaryId, isLeftBehind, planted, scopes } from '../../src/canaries/canary-id.js'
import { type Ability, type CanaryOptions, type CanaryRound, isProbe, type Monitor } from '../../src/index.js'
import { samplesOf } from '../exposition-samples.js'
import { monitors } from '../monitored.js'
import { FaultyMemory, type MemoryFault } from './faulty-memory.js'

const { start, warnings } = monitors()
const config = defineConfig({ kpis: canaryKpis })
const all: readonly Ability[] = ['recall', 'update', 'abstention', 'forgetting', 'isolation']

async function canariesOf(memory: FaultyMemory, options: Partial<CanaryOptions> = {}) {
  const monitor = await start({ config, endpoint: false })
  const labels = { model: 'gpt-4o', contextSize: 131_072 }
  const given: CanaryOptions = {
    labels,
    memory,
    every: '1h',
    settle: '60ms',
    abilities: all,
    facts: 2,
    ...options,
  }
  return { monitor, canaries: monitor.canaries(given) }
}

const valuesOf = async (monitor: Monitor) =>
  samplesOf(await (await monitor.metricsResponse(new Request('http://memory/metrics'))).text())

/** Abilities of which a canary had this outcome. */
const having = ({ canaries }: CanaryRound, outcome: string) => [
  ...new Set(canaries.flatMap((canary) => (canary.outcome === outcome ? [canary.ability] : []))),
]

describe('canaries', () => {
  test('are kept by a memory that works, recorded for each ability, and deleted', async () => {
    const memory = new FaultyMemory()
    const marked: boolean[] = []
    const { monitor, canaries } = await canariesOf(memory, { onRound: () => marked.push(isProbe()) })
    const rounds = [await canaries.run(), await canaries.run()]
    expect(rounds.map((round) => having(round, 'kept').length)).toEqual([5, 5])
    // The second round asks again for what the first has deleted.
    expect(rounds.map((round) => round.canaries.length)).toEqual([10, 12])
    expect(rounds.map(({ left }) => left)).toEqual([0, 0])
    expect(memory.ids).toEqual([])
    expect(marked).toEqual([true, true])
    const samples = await valuesOf(monitor)
    const place = 'model="gpt-4o",context_size="131072"'
    for (const ability of all) {
      const labels = `${place},operation="canary_${ability}",outcome="kept"`
      expect(samples.get(`mnemoscope_canaries_total{${labels}}`)).toBe(ability === 'forgetting' ? '6' : '4')
    }
    expect(samples.get(`mnemoscope_time_to_recall_seconds_count{${place},operation="canary_recall"}`)).toBe(
      '4',
    )
  })

  test.each<[MemoryFault, Ability]>([
    ['forgetful', 'recall'],
    ['stale', 'update'],
    ['confident', 'abstention'],
    ['lasting', 'forgetting'],
    ['resurrecting', 'forgetting'],
    ['leaking', 'isolation'],
  ])('of a %s memory break by %s, and no other', async (fault, ability) => {
    const memory = new FaultyMemory()
    const { canaries } = await canariesOf(memory, { settle: '30ms' })
    expect(having(await canaries.run(), 'broken')).toEqual([])
    memory.fault = fault
    expect(having(await canaries.run(), 'broken')).toEqual([ability])
    memory.fault = undefined
    await canaries.run()
    expect(having(await canaries.run(), 'broken')).toEqual([])
    expect(memory.ids).toEqual([])
  })

  test('wait until a write can be seen, and measure how long it takes', async () => {
    const memory = new FaultyMemory()
    memory.fault = 'slow'
    const { monitor, canaries } = await canariesOf(memory, { abilities: ['recall'], facts: 1, settle: '1s' })
    expect(having(await canaries.run(), 'kept')).toEqual(['recall'])
    const samples = await valuesOf(monitor)
    const sum = [...samples].find(([name]) =>
      /^mnemoscope_time_to_recall_seconds_sum.*canary_recall/.test(name),
    )
    expect(Number(sum?.[1])).toBeGreaterThan(0.02)
  })

  test('say nothing of the abilities of a memory that is down, and warn', async () => {
    const memory = new FaultyMemory()
    memory.fault = 'down'
    const { canaries } = await canariesOf(memory, { abilities: ['recall', 'update'] })
    const round = await canaries.run()
    expect(having(round, 'unknown')).toEqual(['recall', 'update'])
    expect(round.canaries[0]).toMatchObject({ error: 'the store is down', found: [] })
    expect(warnings.map(({ message }) => message)).toContain(
      'A canary of recall says nothing: the store is down',
    )
  })

  test('of update say at once that they need the texts of what is found', async () => {
    const memory = new FaultyMemory()
    const search = memory.search.bind(memory)
    memory.search = async (...given) => (await search(...given)).map(({ id }) => ({ id }))
    const { canaries } = await canariesOf(memory, { abilities: ['update'], settle: '1h' })
    const { canaries: all } = await canaries.run()
    expect(all).toMatchObject(
      Array(2).fill({ outcome: 'unknown', error: 'the search returns no text of what it finds' }),
    )
  })

  test('are deleted when the monitor stops', async () => {
    const memory = new FaultyMemory()
    memory.search = async () => []
    const { monitor, canaries } = await canariesOf(memory, { settle: '1h' })
    const running = canaries.run()
    while (memory.ids.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await monitor.stop()
    expect(memory.ids).toEqual([])
    expect(await running).toEqual({ canaries: [], left: 0 })
    expect(await canaries.run()).toEqual({ canaries: [], left: 0 })
  })

  test('of a first round are not deleted by the start, however long that takes', async () => {
    const memory = new FaultyMemory()
    const search = memory.search.bind(memory)
    let searches = 0
    memory.search = async (...given) => {
      const pause = ++searches === 1 ? 30 : 10
      await new Promise((resolve) => setTimeout(resolve, pause))
      return search(...given)
    }
    const { canaries } = await canariesOf(memory)
    const { canaries: all } = await canaries.run()
    expect(all.filter(({ outcome }) => outcome !== 'kept')).toEqual([])
  })

  test('that a crash has left are deleted by the next start, and those of others stay', async () => {
    const memory = new FaultyMemory()
    const signal = new AbortController().signal
    const hour = 3_600_000
    const own = canaryId().split('.')
    const left = own.with(2, '4194304').join('.')
    const old = own
      .with(1, 'other-host')
      .with(3, (Date.now() - 2 * hour).toString(36))
      .join('.')
    const running = own.with(1, 'other-host').join('.')
    for (const id of [left, old, running, 'mine'])
      for (const scope of Object.values(scopes))
        await memory.add({ id, text: 'The canary lives.' }, { scope, signal })
    await canariesOf(memory)
    while (memory.ids.length > 4) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(memory.ids).toEqual([running, 'mine', running, 'mine'])
  })

  test.each([
    [{ facts: 0 }, 'the number of facts'],
    [{ jitter: 1 }, 'the jitter'],
    [{ abilities: [] }, 'the abilities'],
    [
      { abilities: ['update'], memory: { add() {}, search: () => [], delete() {} } },
      'needs a memory that can update',
    ],
    [{ memory: { add() {}, search: () => [] } }, 'the memory cannot delete'],
  ] as [Partial<CanaryOptions>, string][])('with %j are refused', async (options, message) => {
    await expect(canariesOf(new FaultyMemory(), options)).rejects.toThrow(message)
  })

  test('without their KPIs in the configuration are refused', async () => {
    const monitor = await start()
    const given = { labels: { model: 'm', contextSize: 1 }, memory: new FaultyMemory(), every: '1h' }
    expect(() => monitor.canaries(given)).toThrow('the configuration has no KPIs of canaries')
  })
})

test.each([
  ['of this process that is planted', [], false],
  ['of an ended process of this machine', [[2, '77']], true],
  ['of an earlier process with this number', [[4, '77']], true],
  ['of another machine', [[1, 'other']], false],
  [
    'of another machine, two hours old',
    [
      [1, 'other'],
      [3, (10_000_000 - 7_200_000).toString(36)],
    ],
    true,
  ],
  ['of something else', [[0, 'canary']], false],
] as [string, [number, string][], boolean][])('a canary %s', (_, changes, expected) => {
  const own = canaryId(9_999_999)
  planted.add(own)
  const id = changes.reduce((parts, [at, part]) => parts.with(at, part), own.split('.')).join('.')
  expect(isLeftBehind(id, { now: 10_000_000, isRunning: () => false })).toBe(expected)
})
