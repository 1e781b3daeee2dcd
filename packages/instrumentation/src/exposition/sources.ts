import { names } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { ExpositionFormat } from './family-text.js'
import { type SourceFamily, sourceFamilies } from './source-families.js'
import { sourceText } from './source-text.js'

/** Metrics of the application's own, to be served beside the monitor's. */
export type MetricsSource = ExporterSource | RegistrySource

/** A `PrometheusExporter` of the application's OpenTelemetry SDK, created with `preventServerStart: true`. */
export interface ExporterSource {
  getMetricsRequestHandler(request: never, response: never): void
}

/** A registry of prom-client. */
export interface RegistrySource {
  metrics(): Promise<string> | string
}

/** A source that does not answer for so long is left out of the scrape. */
const patience = 5_000

/**
 * The text of all sources, without families that are already there: Prometheus refuses a whole scrape in which a
 * family comes twice. Collisions and failures are warned of; they never fail the scrape.
 * @param own names of the families already written
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
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience)
  })
  try {
    const text: unknown = await Promise.race([read(source), late])
    if (typeof text !== 'string') throw new TypeError(`expected text, not ${typeof text}`)
    return text
  } catch (error) {
    warn({
      code: 'SOURCE_FAILED',
      message: `Metrics of another source are left out of scrapes: ${String(error)}`,
    })
    return ''
  } finally {
    clearTimeout(timer)
  }
}

async function read(source: MetricsSource): Promise<string> {
  if ('metrics' in source) return await source.metrics()
  return new Promise((resolve) => {
    // The exporter only writes to a response; this is all of one that it uses.
    const response = { statusCode: 200, setHeader() {}, end: (text: string) => resolve(text) }
    source.getMetricsRequestHandler({} as never, response as never)
  })
}

/** The families of a text that have no name of those taken; takes theirs. */
function newFamilies(text: string, taken: Set<string>, warn: WarningHandler): SourceFamily[] {
  const families = sourceFamilies(text, (line) =>
    warn({
      code: 'SOURCE_FAILED',
      message: `A line of another source's metrics is no sample and is left out of scrapes: ${line.slice(0, 200)}`,
    }),
  )
  const added = families.filter(({ name }) => {
    if (taken.has(name) && !sharedFamilies.has(name)) warnOfCollision(name, warn)
    return !taken.has(name)
  })
  for (const { name } of added) taken.add(name)
  return added
}

/** Every source may write these, with the same facts about the same process; the first is enough. */
const sharedFamilies: ReadonlySet<string> = new Set(['target_info', names.processStart])

function warnOfCollision(name: string, warn: WarningHandler): void {
  warn({
    code: 'NAME_COLLISION',
    message: `Another source also has a metric ${name}; its series are left out of scrapes. Rename one of the two.`,
  })
}
