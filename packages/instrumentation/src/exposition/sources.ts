import { names } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warnings.js'
import type { ExpositionFormat } from './lines.js'
import { type SourceFamily, sourceFamilies, sourceText } from './source-text.js'

/** Other metrics of the application, served with those of the monitor. */
export type MetricsSource = ExporterSource | RegistrySource

/** A `PrometheusExporter` of the application's OpenTelemetry SDK, created with `preventServerStart: true`. */
export interface ExporterSource {
  getMetricsRequestHandler(request: never, response: never): void
}

/** A registry of prom-client. */
export interface RegistrySource {
  metrics(): Promise<string> | string
}

/** Milliseconds after which a source without an answer is left out of the scrape. */
const timeout = 5_000

/**
 * The text of all sources, without families that are already written: Prometheus refuses a scrape in which a family
 * comes twice. Collisions and failures cause a warning; they never make the scrape fail.
 * @param own names of the families that are already written
 */
export async function sourcesText(
  sources: readonly MetricsSource[],
  own: ReadonlySet<string>,
  format: ExpositionFormat,
  warn: WarningHandler,
): Promise<string> {
  const texts = await Promise.all(sources.map((source) => textOf(source, warn)))
  const names = new Set(own)
  const families = texts.flatMap((text) => newFamilies(text, names, warn))
  return families.map((family) => sourceText(family, format, names)).join('')
}

async function textOf(source: MetricsSource, warn: WarningHandler): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout)
  })
  try {
    const text: unknown = await Promise.race([read(source), late])
    if (typeof text !== 'string') throw new TypeError(`expected text, not ${typeof text}`)
    return text
  } catch (error) {
    warn({
      code: 'SOURCE_FAILED',
      message: `Another source of metrics failed and is left out of scrapes: ${String(error)}`,
    })
    return ''
  } finally {
    clearTimeout(timer)
  }
}

async function read(source: MetricsSource): Promise<string> {
  if ('metrics' in source) return await source.metrics()
  return new Promise((resolve) => {
    // All that the exporter uses of a response.
    const response = { statusCode: 200, setHeader() {}, end: (text: string) => resolve(text) }
    source.getMetricsRequestHandler({} as never, response as never)
  })
}

/** The families of a text whose names are not taken yet. Adds their names to those taken. */
function newFamilies(text: string, taken: Set<string>, warn: WarningHandler): SourceFamily[] {
  const families = sourceFamilies(text, (line) =>
    warn({
      code: 'SOURCE_FAILED',
      message: `A line of another source is not a valid sample and is left out of scrapes: ${line.slice(0, 200)}`,
    }),
  )
  const added = families.filter(({ name }) => {
    if (taken.has(name) && !sharedFamilies.has(name)) warnOfCollision(name, warn)
    return !taken.has(name)
  })
  for (const { name } of added) taken.add(name)
  return added
}

/** All sources can write these, with the same facts about the same process. The first one is enough. */
const sharedFamilies: ReadonlySet<string> = new Set(['target_info', names.processStart, names.processUptime])

function warnOfCollision(name: string, warn: WarningHandler): void {
  warn({
    code: 'NAME_COLLISION',
    message: `Another source has a metric ${name} too; its series are left out of scrapes. Rename one of the two metrics.`,
  })
}
