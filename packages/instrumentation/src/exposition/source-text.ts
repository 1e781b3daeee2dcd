import type { ExpositionFormat } from './lines.js'

/** Types of families in both formats. OpenMetrics' `unknown` is `untyped` in plain text. */
export type SourceType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** A sample of one series. */
export interface SourceSample {
  /** Name of the series, with its suffix. */
  readonly name: string
  /** From the opening to the closing brace; empty without labels. */
  readonly labels: string
  readonly value: string
  /** Seconds since the epoch; undefined if the source gives no time. */
  readonly at: number | undefined
  /** The exemplar of OpenMetrics, from the `#` on; undefined without one. */
  readonly exemplar: string | undefined
}

/** A family of metrics from another source, in either format. */
export interface SourceFamily {
  /** The name in plain text; for a counter, the name of its series. */
  readonly name: string
  readonly type: SourceType
  /** Not escaped. */
  readonly help: string | undefined
  readonly samples: SourceSample[]
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/, with an exemplar as OpenMetrics has it. */
const sampleLine =
  /^([a-zA-Z_:][\w:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+([^\s#]+)(?:[ \t]+([-+\d.eE]+))?[ \t]*(#.*)?$/

/** A number that Prometheus can read. It refuses the scrape for any other one. */
const numberText = /^(?:[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?)|nan)$/i

/** An exemplar that Prometheus can read: labels, value and an optional time. */
const exemplarPattern = /^# \{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\} [-+\d.eE]+(?: [-+\d.eE]+)?$/

/** Suffixes of the series of a family. Counters have a suffix only in OpenMetrics. */
const suffixes: Readonly<Record<SourceType, readonly string[]>> = {
  counter: ['', '_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
  unknown: [''],
}
const allSuffixes = [...new Set(Object.values(suffixes).flat())]

interface Description {
  type?: SourceType
  help?: string
}

/**
 * Reads the families of a text in either format, recognized by its end. Joins separate samples of one family. Omits
 * creation times, since plain text can't hold them.
 * @param unreadable called with each line that is not a valid sample
 */
export function sourceFamilies(text: string, unreadable: (line: string) => void): SourceFamily[] {
  const isOpenMetrics = /^# EOF\s*$/m.test(text.slice(-16))
  const descriptions = new Map<string, Description>()
  const families = new Map<string, SourceFamily>()
  const bySeries = new Map<string, SourceFamily | undefined>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (line.startsWith('#')) {
      describe(descriptions, line, isOpenMetrics)
      continue
    }
    const [, name, labels = '', value, time, exemplar] = sampleLine.exec(line) ?? []
    const isReadable = value !== undefined && [value, time ?? '0'].every((text) => numberText.test(text))
    if (name === undefined || !isReadable) {
      unreadable(line)
      continue
    }
    if (!bySeries.has(name)) bySeries.set(name, familyOf(name, families, descriptions))
    bySeries.get(name)?.samples.push({
      name,
      labels,
      value: /^nan$/i.test(value) ? 'NaN' : value,
      at: time === undefined ? undefined : Number(time) / (isOpenMetrics ? 1 : 1_000),
      exemplar: exemplar !== undefined && exemplarPattern.test(exemplar) ? exemplar : undefined,
    })
  }
  return [...families.values()]
}

function describe(descriptions: Map<string, Description>, line: string, isOpenMetrics: boolean): void {
  const [, what, name, rest = ''] = /^# (TYPE|HELP) (\S+) ?(.*)$/.exec(line) ?? []
  if (name === undefined) return
  const description = descriptions.get(name) ?? {}
  descriptions.set(name, description)
  if (what === 'TYPE') description.type ??= rest in suffixes ? (rest as SourceType) : 'unknown'
  else description.help ??= unescaped(rest, isOpenMetrics)
}

function unescaped(help: string, isOpenMetrics: boolean): string {
  const escapes = isOpenMetrics ? /\\([\\n"])/g : /\\([\\n])/g
  return help.replace(escapes, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

/** The described family of a series; a new one without a description; undefined for creation times. */
function familyOf(
  series: string,
  families: Map<string, SourceFamily>,
  descriptions: ReadonlyMap<string, Description>,
): SourceFamily | undefined {
  const described = (suffix: string) =>
    series.endsWith(suffix) ? descriptions.get(series.slice(0, series.length - suffix.length)) : undefined
  const suffix = allSuffixes.find((each) => {
    const type = described(each)?.type
    return type !== undefined && suffixes[type].includes(each)
  })
  const isCreationTime = described('_created')?.type !== undefined
  if (suffix === undefined && isCreationTime) return undefined
  const { type = 'unknown', help } = described(suffix ?? '') ?? {}
  const base = series.slice(0, series.length - (suffix ?? '').length)
  const name = type === 'counter' ? series : base
  const family = families.get(name) ?? { name, type, help, samples: [] }
  families.set(name, family)
  return family
}

/**
 * The text of a family in a format. Series have the same names in both formats. In OpenMetrics the name of a counter
 * ends in `_total`, so a counter with another name has the type `unknown` there.
 * @param names names of all families in the same answer
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
  // Two families can't share a name, even if their series differ.
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
