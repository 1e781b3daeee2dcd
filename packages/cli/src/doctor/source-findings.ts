import { conversionOf, converted, isQuantile, type Kpi, names } from '@mnemoscope/kpi'
import { type Finding, some, wrong } from './finding.js'
import { contextSizeLabel, type SourceAnswer, type SourceQuestion, typesOf } from './sources.js'

/** The answer of Prometheus to each question about sources of KPIs. */
export type SourceFacts = readonly { readonly question: SourceQuestion; readonly answer: SourceAnswer }[]

/**
 * Whether Prometheus has the metrics that KPIs are made of: their series, labels, types and boundaries. What keeps all
 * series away comes alone.
 * @param contextSizes classes of context sizes
 */
export function sourceFindings(sources: SourceFacts, contextSizes: readonly number[]): Finding[] {
  return sources.flatMap(({ question, answer }) => {
    const absent = absentFinding(question, answer)
    if (absent !== undefined) return [absent]
    return [
      ...typeFindings(question, answer),
      ...labelFindings(question, answer),
      ...boundaryFindings(question, answer),
      ...contextSizeFindings(question, answer, contextSizes),
    ]
  })
}

const finding = (code: string, text: string, fix: string) => wrong('sources', { code, text, fix })

function absentFinding(question: SourceQuestion, answer: SourceAnswer): Finding | undefined {
  const { setting, metric, series, conditions } = question
  if (answer.error !== undefined) {
    return finding(
      'source_query',
      `Prometheus cannot evaluate ${setting}: ${answer.error}.`,
      'Correct it, and try it on the page of Prometheus.',
    )
  }
  if (metric === undefined) {
    if (answer.series > 0) return undefined
    return finding(
      'source_missing',
      `${setting} has no value now.`,
      'Try it on the page of Prometheus. It needs a value at each place, with the label job.',
    )
  }
  if (answer.isNative) {
    return finding(
      'source_native_histogram',
      `${metric} of ${setting} is stored as a native histogram only, without classic buckets.`,
      'Set `always_scrape_classic_histograms: true` in its scrape job, and reload Prometheus.',
    )
  }
  if (answer.series === 0) {
    const known = answer.alike.length === 0 ? '' : ` It has ${some(answer.alike)}.`
    return finding(
      'source_missing',
      `Prometheus has no series ${series} of ${setting}.${known}`,
      'Correct the name, or let Prometheus scrape the program that publishes it; it may not have measured anything yet.',
    )
  }
  if (answer.selected > 0) return undefined
  const values = conditions.map((label) => `${label}: ${shownValues(answer.values[label] ?? [])}`)
  return finding(
    'source_conditions',
    `No series ${series} meets where of ${setting}. It has ${values.join('; ')}.`,
    'Write values into where that the metric has.',
  )
}

function shownValues(values: readonly string[]): string {
  return values.length === 0 ? 'no such label' : some(values.map((value) => JSON.stringify(value)))
}

function typeFindings({ setting, metric, kpi }: SourceQuestion, { types }: SourceAnswer): Finding[] {
  const wanted = typesOf[kpi.instrument]
  const told = types.filter((type) => type !== 'unknown' && type !== '')
  if (told.length === 0 || told.some((type) => wanted.includes(type))) return []
  return [
    finding(
      'source_type',
      `${metric} of ${setting} is a ${told[0]}, but ${kpi.id} is a ${kpi.instrument}.`,
      `Name a ${kpi.instrument}, or declare a KPI of your own with another instrument.`,
    ),
  ]
}

function labelFindings({ labels, series }: SourceQuestion, answer: SourceAnswer): Finding[] {
  return [...labels].flatMap(([setting, label]) => {
    if (answer.labels.includes(label)) return []
    const known = answer.labels.filter((name) => name !== '__name__' && name !== 'le')
    return [
      finding(
        'source_label',
        `${series} has no label ${label} of ${setting}. It has ${listed(known)}.`,
        'Name a label that it has, give all series a value with { value: … }, or leave the setting out.',
      ),
    ]
  })
}

const listed = (words: readonly string[]) => words.toSorted().join(', ') || 'none'

function boundaryFindings({ kpi, metric, buckets }: SourceQuestion, answer: SourceAnswer): Finding[] {
  const { source } = kpi
  const conversion = source && conversionOf(source.unit, kpi.unit)
  if (buckets === undefined || source?.boundaries === undefined || conversion === undefined) return []
  const { boundaries } = answer
  const isSame =
    boundaries.length === source.boundaries.length &&
    boundaries.every((boundary, i) => boundary === source.boundaries?.[i])
  if (isSame) return []
  const own = boundaries.map((boundary) => converted(boundary, conversion))
  const beyond = thresholdsOfQuantiles(kpi).filter((threshold) => !own.includes(threshold))
  const missing =
    beyond.length === 0
      ? ''
      : ` The thresholds ${beyond.join(', ')} are not among them, so operations beyond these are not known.`
  return [
    finding(
      'source_boundaries',
      `${metric} has the boundaries ${boundaries.join(', ')}, but kpis.${kpi.id}.source.boundaries is ${source.boundaries.join(', ')}.${missing}`,
      `Set boundaries: [${boundaries.join(', ')}] in the source${beyond.length === 0 ? '' : ', and thresholds that are among them'}; or give the program the configured boundaries.`,
    ),
  ]
}

function thresholdsOfQuantiles(kpi: Kpi): number[] {
  const everywhere = [kpi, ...kpi.overrides]
  if (!everywhere.some(({ statistic }) => statistic !== undefined && isQuantile(statistic))) return []
  return [...new Set(everywhere.flatMap(({ thresholds }) => Object.values(thresholds)))]
}

function contextSizeFindings(
  question: SourceQuestion,
  { values }: SourceAnswer,
  contextSizes: readonly number[],
): Finding[] {
  const label = contextSizeLabel(question)
  if (label === undefined) return []
  const classes = [...contextSizes.map(String), '+Inf', names.standIn.unknown, '']
  const others = (values[label] ?? []).filter((value) => !classes.includes(value))
  if (others.length === 0) return []
  return [
    finding(
      'source_context_size',
      `${label} of ${question.series} has the values ${some(others)}, which are no context sizes of the configuration.`,
      `Add them to contextSizes (${contextSizes.join(', ')}), or leave out labels.contextSize.`,
    ),
  ]
}
