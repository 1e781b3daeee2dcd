import { describe, expect, test } from '@jest/globals'
import type { StoredEntry } from '@mnemoscope/evaluation'
import { defineConfig, storeKpis } from '@mnemoscope/kpi'
import { isProbe, type StoreOptions } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start: monitored, warnings } = monitors()

describe('a store that is read', () => {
  const text = 'Ada said on Monday that the harbour office opens at nine'
  const entries: readonly StoredEntry[] = [
    { id: 'a', text, lastUsedAt: null },
    { id: 'b', text },
    { id: 'c', text: `"${text}."` },
    { id: 'd', text: 'n/a' },
  ]
  const audit = 'model="gpt-4o",context_size="131072",operation="audit"'

  async function watched(options: Partial<StoreOptions>) {
    const monitor = await monitored({ config: defineConfig({ kpis: storeKpis }) })
    const given = { labels: { model: 'gpt-4o', contextSize: 131_072 }, entries, every: '1h', share: 1 }
    const measured: Record<string, unknown> = {}
    monitor.onMeasurement(({ kpi, value, metadata }) => {
      measured[kpi] = { value, metadata }
    })
    const store = monitor.store({ ...given, ...options })
    return { monitor, store, measured }
  }

  test('has a value of each finding with its examples, and none of what is unknown', async () => {
    const marked: boolean[] = []
    const { monitor, store, measured } = await watched({ onReading: () => marked.push(isProbe()) })
    await store.read()
    const samples = samplesOf(await scrape(monitor.url))
    const values = Object.keys(storeKpis).flatMap((id) => {
      const [series, value] =
        [...samples].find(([name]) => new RegExp(`^mnemoscope_${id}[_{]`).test(name)) ?? []
      return series === undefined ? [] : [[series.replace(`{${audit}}`, ''), Number(value)]]
    })
    expect(Object.fromEntries(values)).toEqual({
      mnemoscope_stored_entries: 4,
      mnemoscope_exact_duplicates_ratio: 0.25,
      mnemoscope_near_duplicates_ratio: 0.25,
      mnemoscope_tiny_entries_ratio: 0.25,
      mnemoscope_entries_with_secrets: 0,
    })
    expect(measured.exact_duplicates).toEqual({
      value: 0.25,
      metadata: { entries: 4, count: 1, of: 4, examples: [{ id: 'b', reason: 'the same text as a' }] },
    })
    // The schedule's own reading may be over by then.
    expect(new Set(marked)).toEqual(new Set([true]))
  })

  test('keeps its values while a reading fails, which is a warning', async () => {
    let readings = 0
    const source = () => {
      if (readings++ > 0) throw new TypeError('no such table')
      return entries
    }
    const { monitor, store } = await watched({ entries: source, secrets: false, retryMilliseconds: 0.01 })
    await store.read()
    expect(await store.read()).toBeUndefined()
    await store.read()
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_stored_entries{${audit}}`)).toBe('4')
    expect(warnings.map(({ message }) => message)).toEqual([
      'A store could not be read at once, and the reading goes on: no such table',
      'A store cannot be read: no such table',
    ])
  })

  test('ends with the monitor, and refuses what cannot be read', async () => {
    async function* endless() {
      for (let i = 0; ; i++) yield { id: String(i), text }
    }
    const { monitor, store } = await watched({ entries: endless, share: 0.5, secrets: false })
    const reading = store.read()
    await monitor.stop()
    expect(await reading).toBeUndefined()
    const labels = { model: 'gpt-4o', contextSize: 131_072 }
    const start = (options: Partial<StoreOptions>) => () =>
      monitor.store({ labels, entries, every: '1h', ...options })
    expect(start({ entries: endless() })).toThrow('only once')
    expect(start({ share: 2 })).toThrow('out of range')
    const plain = await monitored()
    expect(() => plain.store({ labels, entries, every: '1h' })).toThrow('no KPIs of a store')
  })
})
