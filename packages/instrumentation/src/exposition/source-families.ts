/** Types of families that both formats have; `unknown` is OpenMetrics' word for plain text's `untyped`. */
export type SourceType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** One series' sample. */
export interface SourceSample {
  /** Name of the series, with its suffix. */
  readonly name: string
  /** From the opening to the closing brace; empty without labels. */
  readonly labels: string
  readonly value: string
  /** Seconds since the epoch; undefined where the source gives none. */
  readonly at: number | undefined
  /** What OpenMetrics writes behind a value, from the `#` on; undefined without. */
  readonly exemplar: string | undefined
}

/** A family of metrics as some source wrote it, in either format. */
export interface SourceFamily {
  /** As plain text has it: that of a counter is the name of its series. */
  readonly name: string
  readonly type: SourceType
  /** Not escaped. */
  readonly help: string | undefined
  readonly samples: SourceSample[]
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/, with an exemplar as OpenMetrics has it. */
const sampleLine =
  /^([a-zA-Z_:][\w:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+([^\s#]+)(?:[ \t]+([-+\d.eE]+))?[ \t]*(#.*)?$/

/** A number as Prometheus reads it: one that it can't read costs the whole scrape. */
const numberText = /^(?:[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?)|nan)$/i

/** An exemplar with its value and, where it has one, its time; likewise. */
const exemplarPattern = /^# \{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*\} [-+\d.eE]+(?: [-+\d.eE]+)?$/

/** What the names of a family's series have behind the family's own; counters have it in OpenMetrics alone. */
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
 * Reads the families of a text in either format; which one it is, its end tells. Samples of a family that stand apart
 * come together. Creation times are left out: plain text has no place for them.
 * @param unreadable hears of each line that is no sample
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

/** The family that a series is described to be of, one of its own if it is of none; undefined for creation times. */
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
