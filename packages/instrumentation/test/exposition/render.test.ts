import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import fc from 'fast-check'
import { type Core, monitoringCore } from '../../src/core.js'
import type { ExpositionFormat } from '../../src/exposition/lines.js'
import { pageCache } from '../../src/exposition/pages.js'
import { render, type WriteChunk } from '../../src/exposition/render.js'
import { exemplarListener } from '../../src/record/exemplars.js'

const config = defineConfig({ instrumentation: { maxSeries: 400, evictAfter: '1m' } })

async function textOf(core: Core, format: ExpositionFormat, cache = pageCache()): Promise<string> {
  const pieces: string[] = []
  const write: WriteChunk = (chunk, release) => {
    pieces.push(chunk.toString())
    release()
  }
  await render(core.metrics, core.collect(), cache, { format, write })
  return pieces.join('')
}

const sorted = (text: string) => text.split('\n').sort()

/** What an application does between two scrapes: it records measurements, and time passes. */
const step = fc.record({
  measured: fc.array(
    fc.record({
      model: fc.nat(300),
      latency: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
      f1_score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      overflow_frequency: fc.option(fc.constantFrom('none', 'hierarchy'), { nil: undefined }),
      memory_usage: fc.option(fc.nat(), { nil: undefined }),
    }),
    { maxLength: 40 },
  ),
  seconds: fc.constantFrom(1, 1, 1, 90),
  traced: fc.boolean(),
  format: fc.constantFrom<ExpositionFormat>('text', 'text', 'openmetrics'),
})

describe('an exposition kept from scrape to scrape', () => {
  test('has the lines of a new one after any measurements, creations and evictions', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }
    const traced = trace.setSpanContext(context.active(), span)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        let now = 1_700_000_000_000
        const core = monitoringCore(config, { service: 'test', now: () => now })
        core.processor.listen(exemplarListener(() => now))
        const cache = pageCache()
        for (const { measured, seconds, traced: inSpan, format } of steps) {
          now += seconds * 1_000
          for (const { model, ...values } of measured) {
            const { handle } = core.registry.resolve({ model: `größe-${model}`, contextSize: 8_192 })
            if (inSpan) context.with(traced, () => handle.operation(values))
            else handle.operation(values)
          }
          // The memory and the age of the process change between two renderings.
          const changing = new RegExp(`^(?:mnemoscope_memory|${names.processUptime})`)
          const lines = (text: string) => sorted(text).filter((line) => !changing.test(line))
          expect(lines(await textOf(core, format, cache))).toEqual(lines(await textOf(core, format)))
        }
      }),
      { numRuns: 30 },
    )
    context.disable()
  })

  test('is kept for each format in use, and dropped for one that is not', () => {
    let now = 0
    const core = monitoringCore(config, { service: 'test' })
    core.registry.resolve({ model: 'm', contextSize: 1 })
    const cache = pageCache(() => now)
    const [metric] = core.metrics
    if (metric === undefined) throw new Error('a monitor has metrics')
    const pages = (format: ExpositionFormat) => cache(metric, format).measured.pages[0]
    const [text, openMetrics] = [pages('text'), pages('openmetrics')]
    expect(openMetrics).not.toBe(text)
    now += 9 * 60_000
    expect([pages('text'), pages('openmetrics')]).toEqual([text, openMetrics])
    expect(pages('text')).toBe(text)
    now += 9 * 60_000
    expect(pages('text')).toBe(text)
    now += 9 * 60_000
    expect(pages('text')).toBe(text)
    expect(pages('openmetrics')).not.toBe(openMetrics)
  })

  test('gives a slow scraper the values at the time of its scrape, and later scrapes the new values', async () => {
    const core = monitoringCore(config, { service: 'test' })
    const handles = Array.from(
      { length: 300 },
      (_, i) => core.registry.resolve({ model: `m${i}`, contextSize: 1 }).handle,
    )
    const cache = pageCache()
    const held: { chunk: Buffer; text: string }[] = []
    const keep: WriteChunk = (chunk) => {
      held.push({ chunk, text: chunk.toString() })
    }
    for (let round = 0; round < 3; round++) {
      for (const handle of handles) handle.operation({ latency: round * 7 + 0.1, token_usage: 10 ** round })
      await render(core.metrics, core.collect(), cache, { format: 'text', write: keep })
    }
    for (const { chunk, text } of held) expect(chunk.toString() === text).toBe(true)
    const last = await textOf(core, 'text', cache)
    expect(last.match(/^mnemoscope_latency_seconds_count\{.*\} 3$/gm)).toHaveLength(300)
    expect(last.match(/^mnemoscope_token_usage_sum\{.*\} 111$/gm)).toHaveLength(300)
  })

  test('shows no series twice in a scrape during which series start and end', async () => {
    let now = 0
    const core = monitoringCore(config, { service: 'test', now: () => now })
    const resolve = (model: string) => core.registry.resolve({ model, contextSize: 1 }).handle
    for (let i = 0; i < 200; i++) resolve(`m${i}`).latency.record(1)
    const cache = pageCache()
    await textOf(core, 'text', cache)
    const pieces: string[] = []
    const write: WriteChunk = async (chunk, release) => {
      pieces.push(chunk.toString())
      release()
      if (pieces.length !== 4) return
      now += 86_400_000
      for (let i = 100; i < 250; i++) resolve(`m${i}`).latency.record(1)
      await textOf(core, 'text', cache)
    }
    await render(core.metrics, core.collect(), cache, { format: 'text', write })
    const series = pieces
      .join('')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')))
    expect(series.length).toBeGreaterThan(5_000)
    expect(new Set(series).size).toBe(series.length)
  })
})
