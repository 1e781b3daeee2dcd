import type { ExpositionFormat } from './family-text.js'
import type { SourceFamily, SourceSample } from './source-families.js'

/**
 * A family in a format. Its series keep their names in both, so that nothing changes when a scraper asks for the other:
 * OpenMetrics allows a counter only names that end in `_total`, so one with another name is of unknown type there.
 * @param names of all families in the same answer
 */
export function sourceText(
  family: SourceFamily,
  format: ExpositionFormat,
  names: ReadonlySet<string>,
): string {
  const { name, type, help, samples } = family
  if (format === 'text') {
    const header = headerOf(name, type === 'unknown' ? 'untyped' : type, help && escaped(help))
    return header + samples.map((sample) => textLine(sample)).join('')
  }
  // Two families may not have one name, even where their series differ.
  const base = name.replace(/_total$/, '')
  const isCounter = type === 'counter' && base !== name && !names.has(base)
  const openMetricsType = type === 'counter' && !isCounter ? 'unknown' : type
  const header = headerOf(
    isCounter ? base : name,
    openMetricsType,
    help && escaped(help).replaceAll('"', '\\"'),
  )
  const withExemplars = isCounter || type === 'histogram'
  return header + samples.map((sample) => openMetricsLine(sample, withExemplars)).join('')
}

function headerOf(name: string, type: string, help: string | undefined): string {
  return `${help === undefined ? '' : `# HELP ${name} ${help}\n`}# TYPE ${name} ${type}\n`
}

function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

/** Times in milliseconds, no exemplars. */
function textLine({ name, labels, value, at }: SourceSample): string {
  return `${name}${labels} ${value}${at === undefined ? '' : ` ${Math.round(at * 1_000)}`}\n`
}

/** Times in seconds. */
function openMetricsLine(
  { name, labels, value, at, exemplar }: SourceSample,
  withExemplars: boolean,
): string {
  const time = at === undefined ? '' : ` ${at}`
  return `${name}${labels} ${value}${time}${withExemplars && exemplar !== undefined ? ` ${exemplar}` : ''}\n`
}
