import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import fc from 'fast-check'
import { monitoringCore } from '../../src/core.js'
import { type Batch, Counted } from '../../src/siblings/counted.js'
import { encodeFrame, frameReader } from '../../src/siblings/frames.js'
import { Totals } from '../../src/siblings/totals.js'

/** A process with the metrics of the default configuration. */
function aProcess() {
  const core = monitoringCore(defineConfig(), { service: 'memory' })
  const metrics = core.kpis.map(({ metric, kpi: { direction } }) => ({ metric, direction }))
  const counted = new Counted(metrics.map(({ metric }) => metric))
  const record = (model: string, value: number) =>
    core.registry.resolve({ model, contextSize: 8_192 }).handle.f1_score.record(value)
  return { id: String(Math.random()), core, metrics, counted, record }
}

const newTotals = ({ metrics }: ReturnType<typeof aProcess>, now = 0) =>
  new Totals({ metrics, evictAfter: 1_000, now: () => now, elapsed: () => now })

/** As a socket gives it: in pieces of this many bytes. */
function received({ figures, ...batch }: Batch, piece: number): Batch {
  const read = frameReader()
  const bytes = encodeFrame({ header: batch, figures })
  const frames = []
  for (let at = 0; at < bytes.length; at += piece) frames.push(...read(bytes.subarray(at, at + piece)))
  expect(frames).toHaveLength(1)
  return { ...(frames[0]?.header as Batch), figures: frames[0]?.figures as Float64Array }
}

/** Count and sum of a KPI in all models. */
function served(totals: Totals, name = 'mnemoscope.f1_score') {
  const series = totals.metrics.find(({ family }) => family.name === name)?.series ?? []
  let [count, sum] = [0, 0]
  for (const each of series) {
    if (each.kind !== 'histogram') continue
    count += each.count()
    sum += each.sum()
  }
  return { count, sum }
}

describe('what several processes count together', () => {
  test('is the sum of all, whatever comes twice, late or never, and whenever the one with the port is killed', () => {
    const what = fc.oneof(
      { weight: 8, arbitrary: fc.constant('record' as const) },
      { weight: 5, arbitrary: fc.constant('send' as const) },
      { weight: 2, arbitrary: fc.constant('scrape' as const) },
      ...(['reconnect', 'hand over', 'kill'] as const).map((each) => ({
        weight: 2,
        arbitrary: fc.constant(each),
      })),
    )
    const step = fc.tuple(what, fc.nat(2), fc.constantFrom('a', 'b'))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4_000 }), (steps, piece) => {
        const all = [aProcess(), aProcess(), aProcess()] as const
        let totals = newTotals(all[0])
        /** What Prometheus has seen of the counters that are served now, and of those before a kill. */
        let [seen, before, recorded] = [0, 0, 0]
        const send = ({ counted, id, core }: (typeof all)[number]) => {
          const batch = counted.batch(core.collect())
          if (batch !== undefined) totals.add(id, received(batch, piece))
        }
        const scrape = () => {
          totals.sweep()
          for (const each of all) {
            send(each)
            each.counted.mark()
          }
          seen = served(totals).count
          for (const { counted } of all) counted.confirm()
        }
        const succeed = (next: Totals) => {
          totals = next
          for (const { counted } of all) counted.begin()
        }
        for (const [what, index, model] of steps) {
          const each = all[index] as (typeof all)[number]
          if (what === 'record') {
            each.record(model, 0.25)
            recorded++
          } else if (what === 'send') {
            send(each)
          } else if (what === 'scrape') {
            scrape()
          } else if (what === 'reconnect') {
            totals.leave(each.id)
            each.counted.begin()
          } else if (what === 'kill') {
            before += seen
            seen = 0
            succeed(newTotals(each))
          } else {
            scrape()
            const next = newTotals(each)
            const inheritance = new Counted(totals.metrics).batch()
            if (inheritance !== undefined) next.add('inherited', received(inheritance, piece))
            succeed(next)
          }
        }
        scrape()
        expect([before + seen, served(totals).sum]).toEqual([recorded, seen * 0.25])
      }),
      {
        numRuns: 100,
        examples: [
          [
            [
              ['record', 0, 'a'],
              ['send', 0, 'a'],
              ['reconnect', 0, 'a'],
            ],
            1,
          ],
          [
            [
              ['record', 0, 'a'],
              ['scrape', 0, 'a'],
              ['record', 1, 'a'],
              ['send', 1, 'a'],
              ['kill', 0, 'a'],
            ],
            7,
          ],
        ],
      },
    )
  })

  test('keeps the counts of a process that has ended, and not the value of its gauge', () => {
    const [first, second] = [aProcess(), aProcess()]
    const totals = newTotals(first)
    for (const { core, counted, id, record } of [first, second]) {
      record('m', 0.5)
      core.registry
        .resolve({ model: 'm', contextSize: 8_192 })
        .handle.memory_usage.record(id === first.id ? 1 : 2)
      totals.add(id, counted.batch(core.collect()) as Batch)
    }
    const memory = () =>
      [...(totals.metrics.find(({ family }) => family.name === 'mnemoscope.memory_usage')?.series ?? [])].map(
        (each) => each.kind === 'gauge' && each.current(undefined),
      )
    expect([served(totals).count, memory()]).toEqual([2, [2]])
    totals.leave(second.id)
    expect([served(totals).count, memory()]).toEqual([2, [1]])
    totals.leave(first.id)
    expect([served(totals).count, memory()]).toEqual([2, [undefined]])
  })

  test('a batch that does not fit is refused, and nothing of it is counted', () => {
    const { counted, core, record, metrics, id } = aProcess()
    const totals = newTotals({ metrics } as ReturnType<typeof aProcess>)
    record('m', 0.5)
    const batch = counted.batch(core.collect()) as Batch
    const wrong: Batch[] = [
      { ...batch, figures: batch.figures.slice(1) },
      { ...batch, figures: new Float64Array(batch.figures.length + 1) },
      { ...batch, announced: [] },
      { ...batch, announced: batch.announced.map((each) => ({ ...each, metric: 99 })) },
    ]
    for (const each of wrong) expect(() => totals.add(id, each)).toThrow(RangeError)
    expect(served(totals).count).toBe(0)
    totals.add(id, batch)
    expect(served(totals).count).toBe(1)
  })
})
