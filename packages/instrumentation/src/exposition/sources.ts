import { names } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'

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
 * @param taken names of the families already written; those of the sources are added
 */
export async function sourcesText(
  sources: readonly MetricsSource[],
  taken: Set<string>,
  warn: WarningHandler,
): Promise<string> {
  const texts = await Promise.all(sources.map((source) => textOf(source, warn)))
  return texts.map((text) => withoutTaken(text, taken, warn)).join('')
}

async function textOf(source: MetricsSource, warn: WarningHandler): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience)
  })
  try {
    return await Promise.race([read(source), late])
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

function withoutTaken(text: string, taken: Set<string>, warn: WarningHandler): string {
  const kept: string[] = []
  const own = new Set<string>()
  let family = ''
  let skipping = false
  for (const line of text.split('\n')) {
    if (line === '' || /^# (?!HELP |TYPE |UNIT )/.test(line)) continue
    const name = familyOf(line, family)
    if (name !== family) {
      family = name
      skipping = taken.has(name)
      own.add(name)
      if (skipping && !sharedFamilies.has(name)) warnOfCollision(name, warn)
    }
    if (!skipping) kept.push(line)
  }
  for (const name of own) taken.add(name)
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`
}

/** Every source may write these, with the same facts about the same process; the first is enough. */
const sharedFamilies: ReadonlySet<string> = new Set(['target_info', names.processStart])

/** The family a line is of: the one it names, or the current one where it is one of that family's series. */
function familyOf(line: string, current: string): string {
  const [, described] = /^# (?:HELP|TYPE|UNIT) (\S+)/.exec(line) ?? []
  if (described !== undefined) return described
  const [series = ''] = /^[^{\s]+/.exec(line) ?? []
  const isOfCurrent =
    current !== '' &&
    series.startsWith(current) &&
    /^(?:_bucket|_sum|_count|_created|_total)?$/.test(series.slice(current.length))
  return isOfCurrent ? current : series
}

function warnOfCollision(name: string, warn: WarningHandler): void {
  warn({
    code: 'NAME_COLLISION',
    message: `Another source also has a metric ${name}; its series are left out of scrapes. Rename one of the two.`,
  })
}
