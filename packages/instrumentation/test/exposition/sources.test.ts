import { describe, expect, test } from '@jest/globals'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { Counter, Registry } from 'prom-client'
import { sourceFamilies, sourceText } from '../../src/exposition/source-text.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const openMetrics = 'application/openmetrics-text;version=1.0.0'

const never = (line: string): void => {
  throw new Error(`unreadable: ${line}`)
}

/** A text of another source in the format that a scraper asks for. */
function rewritten(text: string, format: 'text' | 'openmetrics', unreadable = never): string {
  const families = sourceFamilies(text, unreadable)
  const names = new Set(families.map(({ name }) => name))
  return families.map((family) => sourceText(family, format, names)).join('')
}

/** The same metrics in both formats. */
const pairs: readonly (readonly [what: string, text: string, openMetrics: string])[] = [
  [
    'a counter, whose family has no suffix in OpenMetrics',
    `# HELP jobs_total Jobs "done".
# TYPE jobs_total counter
jobs_total{queue="a b} #",n="\\"1\\""} 2
`,
    `# HELP jobs Jobs \\"done\\".
# TYPE jobs counter
jobs_total{queue="a b} #",n="\\"1\\""} 2
`,
  ],
  [
    'times, in milliseconds and in seconds',
    '# TYPE temperature gauge\ntemperature 21.5 1700000000123\n',
    '# TYPE temperature gauge\ntemperature 21.5 1700000000.123\n',
  ],
  [
    'a histogram and a summary',
    `# HELP size Line one\\nand \\\\two
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="+Inf"} 2
size_sum 5
size_count 2
# TYPE wait summary
wait{quantile="0.9"} NaN
wait_sum 0
wait_count 0
`,
    `# HELP size Line one\\nand \\\\two
# TYPE size histogram
size_bucket{le="1"} 1
size_bucket{le="+Inf"} 2
size_sum 5
size_count 2
# TYPE wait summary
wait{quantile="0.9"} NaN
wait_sum 0
wait_count 0
`,
  ],
  ['what nobody described', '# TYPE loose untyped\nloose -Inf\n', '# TYPE loose unknown\nloose -Inf\n'],
]

describe('metrics of another source', () => {
  test.each(pairs)('are written in either format, from either: %s', (_, text, openMetrics) => {
    expect(rewritten(text, 'text')).toBe(text)
    expect(rewritten(text, 'openmetrics')).toBe(openMetrics)
    expect(rewritten(`${openMetrics}# EOF\n`, 'text')).toBe(text)
    expect(rewritten(`${openMetrics}# EOF\n`, 'openmetrics')).toBe(openMetrics)
  })

  test('keep the names of their series: a counter that OpenMetrics would rename has the type unknown there', () => {
    const text =
      '# TYPE hits counter\nhits 1\n# TYPE http gauge\nhttp 1\n# TYPE http_total counter\nhttp_total 1\n'
    expect(rewritten(text, 'openmetrics')).toBe(
      '# TYPE hits unknown\nhits 1\n# TYPE http gauge\nhttp 1\n# TYPE http_total unknown\nhttp_total 1\n',
    )
  })

  test('keep exemplars where OpenMetrics allows them, and no creation times', () => {
    const text = `# TYPE jobs counter
jobs_total 2 # {trace_id="a} b"} 1 1700000000.5
jobs_created 1700000000
# EOF
`
    expect(rewritten(text, 'openmetrics')).toBe(
      '# TYPE jobs counter\njobs_total 2 # {trace_id="a} b"} 1 1700000000.5\n',
    )
    expect(rewritten(text, 'text')).toBe('# TYPE jobs_total counter\njobs_total 2\n')
  })

  test('omit invalid numbers and exemplars, for which Prometheus would refuse the scrape', () => {
    const unreadable: string[] = []
    const broken = ['a undefined', 'a 0x1F', 'a 1_000', 'a 1 1e']
    const text = `# TYPE a_total counter\na_total 1e-7\na_total{x="1"} 1 # by hand\n${broken.join('\n')}\n`
    expect(rewritten(text, 'openmetrics', (line) => unreadable.push(line))).toBe(
      '# TYPE a counter\na_total 1e-7\na_total{x="1"} 1\n',
    )
    expect(unreadable).toEqual(broken)
  })

  test('are joined by family, as both formats require, without invalid lines', () => {
    const unreadable: string[] = []
    const text = '# TYPE a gauge\na{x="1"} 1\nb 2\n\n# a comment\na{x="2"} Nan\nno sample at all\n'
    expect(rewritten(text, 'text', (line) => unreadable.push(line))).toBe(
      '# TYPE a gauge\na{x="1"} 1\na{x="2"} NaN\n# TYPE b untyped\nb 2\n',
    )
    expect(unreadable).toEqual(['no sample at all'])
  })
})

describe('other metrics of the application', () => {
  test('come from the same endpoint: an OpenTelemetry exporter, a prom-client registry', async () => {
    const exporter = new PrometheusExporter({ preventServerStart: true })
    const provider = new MeterProvider({ readers: [exporter] })
    provider.getMeter('app').createCounter('app.requests').add(3)
    const registry = new Registry()
    new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [registry] }).inc(2)
    const monitor = await start({ sources: [exporter, registry] })
    for (const accept of ['text/plain', openMetrics]) {
      const response = await fetch(monitor.url ?? '', { headers: { accept } })
      const text = await response.text()
      expect(response.headers.get('content-type')).toContain(
        accept === openMetrics ? 'openmetrics-text' : 'text/plain',
      )
      expect(text.match(/# EOF\n/g) ?? []).toHaveLength(accept === openMetrics ? 1 : 0)
      const samples = samplesOf(text)
      expect(samples.get('app_requests_total{otel_scope_name="app"}')).toBe('3')
      expect(samples.get('jobs_total')).toBe('2')
      expect(samples.get('target_info{service_name="memory-api"}')).toBe('1')
    }
    expect(warnings).toEqual([])
    await provider.shutdown()
  })

  test('that come twice are omitted with a warning: the scrape stays valid', async () => {
    const first = new Registry()
    new Counter({ name: 'mnemoscope_adaptations_total', help: 'Mine.', registers: [first] }).inc(7)
    new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [first] }).inc(1)
    const second = new Registry()
    new Counter({ name: 'jobs_total', help: 'Jobs.', registers: [second] }).inc(2)
    const monitor = await start({ sources: [first, second] })
    monitor.for({ model: 'gpt-4o', contextSize: 131_072, operation: 'search' })
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get('jobs_total')).toBe('1')
    expect(samples.has('mnemoscope_adaptations_total')).toBe(false)
    expect(warnings.map(({ code }) => code)).toEqual(['NAME_COLLISION'])
  })

  test.each([
    ['fail', () => Promise.reject(new Error('away'))],
    ['give no text', () => undefined as unknown as string],
  ])('that %s do not change the rest of the scrape', async (_, metrics) => {
    const monitor = await start({ sources: [{ metrics }] })
    expect(samplesOf(await scrape(monitor.url)).size).toBeGreaterThan(10)
    expect(warnings.map(({ code }) => code)).toEqual(['SOURCE_FAILED'])
  })
})
