import { inUnit, type Kpi, names, overridden, thresholdSeverities } from '@mnemoscope/kpi'

/**
 * The runbook page of a KPI that nobody has written one for, in Markdown: what its definition says, where to look, and
 * what holds of every KPI. Its sections are those of the written pages.
 */
export function kpiRunbook(kpi: Kpi): string {
  return [
    `# ${oneLine(kpi.title)} is too ${kpi.direction === 'higher_is_better' ? 'low' : 'high'}`,
    alertLine(kpi),
    `Made from the definition of \`${kpi.id}\` in the configuration in force. A page of your own takes its place where ` +
      `\`kpis.${kpi.id}.runbook\` names its address.`,
    '## What it means',
    oneLine(kpi.description),
    `${judged(kpi)} ${kpi.direction === 'higher_is_better' ? 'Higher' : 'Lower'} is better.`,
    ...thresholdsOf(kpi),
    '## Is it urgent',
    'CRITICAL: act now. ERROR: people notice; act today. WARNING: the reserve is used up; find out why before it gets worse.',
    '## Look first',
    numbered(lookFirst(kpi)),
    '## Usual causes',
    bulleted([
      'A deployment or an edited configuration just before.',
      'Other traffic: another model, longer contexts, other callers, a batch job.',
      'What it depends on is slow, full or away. Other KPIs at the same place tell; each has [a page](README.md).',
      'The measurement itself: another unit, another question, values that are refused.',
    ]),
    '## Fix it',
    bulleted([
      'If it began with a deployment or a change of the configuration, take that back first and ask why later.',
      'Where one model or context size alone is affected, move its traffic to another.',
      'Where all are, look at what they share: the store, the network, the caller.',
      'Acknowledge the alert on the page, so that others see who is at it.',
    ]),
    '## When the alert is wrong',
    bulleted([
      `Thresholds are \`kpis.${kpi.id}.thresholds\`, and those of single models, operations and context sizes \`overrides\`. ` +
        '`mnemoscope suggest` proposes some from the last week; `mnemoscope backtest` says which alerts others would have raised.',
      'It fires too soon: raise `operations` or set `for`. It comes and goes: raise `hysteresis` or `assumedDeviation`.',
    ]),
  ].join('\n\n')
}

function alertLine(kpi: Kpi): string {
  const alerts = alertsOf(kpi)
  if (alerts.length === 0) return 'No level of it has a threshold, so none raises an alert.'
  return alerts.map((alert) => `\`${alert}\``).join(', ')
}

/** Names of the alerts of its levels, the worst first. */
function alertsOf(kpi: Kpi): string[] {
  return thresholdSeverities
    .filter((level) => [kpi, ...kpi.overrides].some(({ thresholds }) => thresholds[level] !== undefined))
    .toReversed()
    .map((level) => names.alertName(kpi, level))
}

function judged(kpi: Kpi): string {
  const what = `What is judged at each service, model, context size and operation is ${statisticOf(kpi)}`
  if (kpi.instrument === 'gauge') return `${what}.`
  return (
    `${what} of the last operations, about ${kpi.operations} of them, or of the last minutes where there are more. ` +
    `\`${kpi.expiry}\` after the last operation the value is unknown.`
  )
}

function statisticOf({ statistic, outcomes }: Kpi): string {
  if (outcomes !== undefined) {
    const named = (values: readonly string[]) => values.map(code).join(', ')
    return `the share of ${named(outcomes.counted)} among these and ${named(outcomes.others)}`
  }
  if (statistic === 'mean') return 'the mean'
  if (statistic === 'newest') return `the newest reading, of several processes the worst`
  return `the ${statistic.slice(1)}th percentile`
}

/** A table of the KPI's own thresholds, and a list of those of single models, operations and context sizes. */
function thresholdsOf(kpi: Kpi): string[] {
  const fires = kpi.direction === 'higher_is_better' ? 'at or below' : 'at or above'
  const rows = levelsOf(kpi).map(
    ({ level, threshold }) => `| ${level} | ${inUnit(threshold, kpi.unit)} | ${kpi.for} |`,
  )
  const overrides = kpi.overrides.map((override) => {
    const there = levelsOf(overridden(kpi, override))
    const levels = there.map(({ level, threshold }) => `${level} ${inUnit(threshold, kpi.unit)}`)
    return `${placeOf(override)}: ${levels.join(', ') || 'no thresholds'}`
  })
  return [
    ...(rows.length === 0
      ? []
      : [[`| level | fires ${fires} | after |`, '|---|---|---|', ...rows].join('\n')]),
    ...(overrides.length === 0 ? [] : ['Elsewhere:', bulleted(overrides)]),
  ]
}

function levelsOf({ thresholds }: Pick<Kpi, 'thresholds'>) {
  return thresholdSeverities.toReversed().flatMap((level) => {
    const threshold = thresholds[level]
    return threshold === undefined ? [] : [{ level, threshold }]
  })
}

function placeOf({ model, operation, contextSize }: Kpi['overrides'][number]): string {
  return [
    ...(model === undefined ? [] : [code(model)]),
    ...(operation === undefined ? [] : [`operation ${code(operation)}`]),
    ...(contextSize === undefined ? [] : [`context ${contextSize.toLocaleString('en-US')}`]),
  ].join(', ')
}

/** Limits are recorded where there are thresholds to be near to. */
function sureness(kpi: Kpi): string {
  if (alertsOf(kpi).length === 0) return ''
  const { low, high } = names.judgeSeries
  return ` How sure is the value near a threshold? ${code(low(kpi))} and ${code(high(kpi))}.`
}

function lookFirst(kpi: Kpi): string[] {
  const { id } = kpi
  const alert = alertsOf(kpi)[0] ?? names.alertName(kpi, 'info')
  const worstFirst = kpi.direction === 'higher_is_better' ? 'sort' : 'sort_desc'
  return [
    `One place or all, a step or a slope? [It on the page](/?kpi=${id}), or \`${worstFirst}(${names.recordedSeries.current(kpi)})\` in Prometheus.`,
    `New measurements? \`${names.recordedSeries.samples(kpi)}\`.${sureness(kpi)}`,
    apart(kpi),
    `What changed before? [Deployments](/api/deployments), [changes of the configuration](/api/config/changes), and \`npx mnemoscope explain ${alert}\`.`,
    `Has it been so before? [Its alerts of a week](/api/episodes?kpi=${id}&hours=168), [its values of a day](/api/series?kpi=${id}&hours=24).`,
    `What was measured, one by one? [The measurements that were kept](/api/measurements?kpi=${id}&hours=1), with their metadata.`,
    `Measured, and refused? \`sum by (job, reason) (increase(${names.instrumentationMetric.refusals}{kpi="${id}"}[1h]))\``,
  ]
}

/** The query that tells apart what the judged value has added up. */
function apart(kpi: Kpi): string {
  const metric = names.metricName(kpi)
  const own = Object.keys(kpi.labels)
  if (kpi.outcomes !== undefined) {
    const by = [...own, kpi.outcomes.label].join(', ')
    return `Which outcomes? \`sum by (${by}) (increase(${metric}[1h]))\``
  }
  if (kpi.instrument === 'gauge')
    return `Which process? \`${kpi.direction === 'higher_is_better' ? 'bottomk' : 'topk'}(10, ${metric})\``
  const by = [names.label.operation, ...own].join(', ')
  return `Which operations? \`sum by (${by}) (rate(${metric}_sum[5m])) / sum by (${by}) (rate(${metric}_count[5m]))\``
}

function numbered(items: readonly string[]): string {
  return items.map((item, i) => `${i + 1}. ${item}`).join('\n')
}

function bulleted(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** Text of the configuration may hold blank lines, which would begin another block. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function code(text: string): string {
  return text.includes('`') ? oneLine(text) : `\`${oneLine(text)}\``
}
