import { type Config, durationSeconds, names, thresholdSeverities } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../../alerts/pipeline.js'
import { contextSizeWords } from '../../context-size-words.js'
import { messageAnnotation } from '../../message-annotations.js'
import { type Medium, quoted, shown } from './medium.js'

const {
  order,
  value,
  limit,
  operations,
  worst,
  worstPlace,
  since: began,
  quiet,
  lasted,
  change: lastChange,
} = messageAnnotation
const placesSeen = messageAnnotation.places
const { job, model, contextSize, operation, kpi, severity } = names.label

const mostPlaces = ['1', '2', '3', '4', '5']

/** Alerts by how bad they are, as text that compares: the level, how far it is, and something that no two have alike. */
const key = (alert: string) => {
  const rank = (name: string, digit: string) => `(and (eq ${alert}.Labels.${severity} "${name}") "${digit}")`
  const ranks = [rank('critical', '4'), rank('error', '3'), rank('warning', '2')].join(' ')
  return `(print (or ${ranks} "1") (or ${alert}.Annotations.${order} "!") ${alert}.Fingerprint)`
}

/**
 * Variables for what follows: `$alerts` that the message is about, the worst of them, the one that ended last, the
 * time they cover, and why one of them ended if it did not become better: for lack of data (`$quiet`), or because the
 * configuration has no such threshold, so that its rule is gone (`$gone`). A template can give nothing back but text, so each begins with this.
 */
export function preamble(config: Config): string {
  return lines(variables, goneText(config))
}

const variables = lines(
  `{{ $alerts := .Alerts }}{{ if eq .Status "firing" }}{{ $alerts = .Alerts.Firing }}{{ end }}`,
  '{{ $worst := index $alerts 0 }}{{ $over := $worst }}{{ $first := $worst.StartsAt }}{{ $last := $worst.EndsAt }}',
  '{{ range $alerts }}',
  '{{ if .StartsAt.Before $first }}{{ $first = .StartsAt }}{{ end }}',
  '{{ if .EndsAt.After $last }}{{ $last = .EndsAt }}{{ $over = . }}{{ end }}',
  `{{ if gt ${key('')} ${key('$worst')} }}{{ $worst = . }}{{ end }}`,
  '{{ end }}{{ if eq .Status "firing" }}{{ $over = $worst }}{{ end }}',
  `{{ $quiet := "" }}{{ range .Alerts.Resolved }}{{ with .Annotations.${quiet} }}{{ $quiet = . }}{{ end }}{{ end }}`,
)

function goneText({ kpis }: Config): string {
  const known = Object.values(kpis).flatMap((each) => {
    const everywhere = [each.thresholds, ...each.overrides.map((override) => override.thresholds)]
    return thresholdSeverities
      .filter((level) => everywhere.some((thresholds) => thresholds[level] !== undefined))
      .map((level) => names.alertName(each, level))
  })
  const isKnown = `match ${quoted(`^(?:${known.join('|')})$`)} .Labels.alertname`
  return `{{ $gone := "" }}{{ range .Alerts.Resolved }}{{ if and .Annotations.${limit} (not (${isKnown})) }}{{ $gone = "the configuration has no such threshold" }}{{ end }}{{ end }}`
}

/** The variable `$level`: the worst level of what goes on, or how it ended. */
export const levelOfMessage =
  `{{ $level := $worst.Labels.${severity} }}` +
  '{{ if eq .Status "resolved" }}{{ $level = "recovered" }}{{ if or $quiet $gone }}{{ $level = "ended" }}{{ end }}{{ end }}'

/** Templates that write a KPI or an alert by the name that people use, and a context size in words, such as `128k`. */
export function wordTemplates(config: Config, medium: Medium): [name: string, text: string][] {
  const { kpis, contextSizes } = config
  const titles = Object.values(kpis).map(({ id, title }) => [id, shown(quoted(title), medium)] as const)
  const largest = contextSizeWords(contextSizes.at(-1) as number)
  const sizes = contextSizes.map((size) => [String(size), contextSizeWords(size)] as const)
  const alerts = [
    [names.testAlert, 'Test message'] as const,
    ...pipelineAlertKinds.map(({ id }) => [names.pipelineAlertName(id), inWords(id)] as const),
  ]
  return [
    [wordTemplate(medium, 'alertname'), choice('.', alerts, shown('.', medium))],
    [wordTemplate(medium, kpi), choice('.', titles, shown('.', medium))],
    [
      wordTemplate(medium, contextSize),
      choice('.', [...sizes, ['+Inf', `over ${largest}`]], shown('.', medium)),
    ],
  ]
}

/** `target_down` as `Target down`. */
function inWords(id: string): string {
  return id.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase())
}

function wordTemplate({ name }: Medium, label: string): string {
  return `mnemoscope.${name}.${label}`
}

function word(alert: string, label: string, medium: Medium): string {
  return `{{ template "${wordTemplate(medium, label)}" ${alert}.Labels.${label} }}`
}

/** Template text that has a text for each of some values. */
export function choice(
  value: string,
  cases: readonly (readonly [string, string])[],
  otherwise: string,
): string {
  const tests = cases.map(([name, text]) => `eq ${value} ${quoted(name)} }}${text}`)
  return `{{ if ${tests.join('{{ else if ')}{{ else }}${otherwise}{{ end }}`
}

/** A place in words: `gpt-4o (search, 128k)`. */
function placeText(alert: string, medium: Medium): string {
  return (
    `${shown(`${alert}.Labels.${model}`, medium)}{{ if ${alert}.Labels.${contextSize} }} (` +
    `{{ with ${alert}.Labels.${operation} }}${shown('.', medium)}, {{ end }}${word(alert, contextSize, medium)}){{ end }}`
  )
}

/** How long the breach lasted, `2 min 30 s`: as its rule says, else by the alerts that are in the message. */
function duration(): string {
  const words = [
    [' ', ''],
    ['(\\d+)d', '$1 d '],
    ['(\\d+)h', '$1 h '],
    ['(\\d+)m', '$1 min '],
    ['(\\d+)(\\.\\d+)?s', '$1 s'],
    [' 0 s$', ''],
    [' 0 min ?', ' '],
    [' 0 h ?', ' '],
    [' $', ''],
  ]
  const pipeline = words
    .map(([from = '', to = '']) => ` | reReplaceAll ${quoted(from)} ${quoted(to)}`)
    .join('')
  const ofAlerts = `{{ (($last.Sub $first).Round 1000000000).String${pipeline} }}`
  return `{{ with $over.Annotations.${lasted} }}{{ .${pipeline} }}{{ else }}${ofAlerts}{{ end }}`
}

/**
 * What this message is beside the one before. Alertmanager says why it sends since 0.32; before, only what has
 * recovered can be known, and the other messages have no word.
 */
function change(config: Config): string {
  // What is not a breach, such as missing data, and what has no data any more, is not better than a breach.
  const better = `{{ if or $quiet $gone (not $worst.Annotations.${limit}) }}Changed: {{ else }}Better: {{ end }}`
  if (!hasReason(config)) {
    // What began since the message before last may be news, too.
    const nanoseconds = -1e9 * durationSeconds(config.alerting.groupInterval)
    return lines(
      '{{ if .Alerts.Resolved }}{{ $ended := (index .Alerts.Resolved 0).EndsAt }}{{ $began := "" }}',
      '{{ range .Alerts.Resolved }}{{ if .EndsAt.After $ended }}{{ $ended = .EndsAt }}{{ end }}{{ end }}',
      `{{ $ended = $ended.Add ${nanoseconds} }}{{ range $alerts }}{{ if .StartsAt.After $ended }}{{ $began = "yes" }}{{ end }}{{ end }}`,
      `{{ if $began }}Changed: {{ else }}${better}{{ end }}{{ end }}`,
    )
  }
  return (
    `{{ if eq .NotificationReason "repeat interval elapsed" }}Still: ` +
    `{{ else if eq .NotificationReason "some alerts resolved" }}${better}` +
    `{{ else if and (eq .NotificationReason "new alerts added") (not .Alerts.Resolved) }}Worse: ` +
    '{{ else if eq .NotificationReason "new alerts added" }}Changed: {{ end }}'
  )
}

export function hasReason({ alerting }: Config): boolean {
  return Number(alerting.alertmanager.split('.')[1]) >= 32 || !alerting.alertmanager.startsWith('0.')
}

/** How many models the worst KPI has breached at, or which one: `gpt-4o`, `3 models`. */
function where(medium: Medium): string {
  return lines(
    `{{ $models := "" }}{{ $seen := "\\n" }}{{ range $alerts }}`,
    `{{ if and .Annotations.${limit} (eq .Labels.${kpi} $worst.Labels.${kpi}) }}`,
    `{{ if not (match ${exactly(`(print "\\n" .Labels.${model} "\\n")`)} $seen) }}`,
    `{{ $seen = print $seen .Labels.${model} "\\n" }}{{ $models = print $models "." }}{{ end }}{{ end }}{{ end }}`,
    '{{ if gt (len $models) 1 }} on {{ len $models }} models',
    `{{ else }}{{ with $worst.Labels.${model} }} on ${shown('.', medium)}{{ end }}{{ end }}`,
  )
}

/** Every KPI of the message; the variable `$kpis` gets a mark for each. */
function allKpis(medium: Medium): string {
  return lines(
    `{{ $seen := "\\n" }}{{ range $alerts }}{{ with .Labels.${kpi} }}`,
    `{{ if not (match ${exactly('(print "\\n" . "\\n")')} $seen) }}{{ if $kpis }}, {{ end }}`,
    `{{ template "${wordTemplate(medium, kpi)}" . }}{{ $kpis = print $kpis "." }}{{ $seen = print $seen . "\\n" }}`,
    '{{ end }}{{ end }}{{ end }}',
  )
}

/** A regular expression for nothing but this text. */
function exactly(text: string): string {
  return `(reReplaceAll "([[:punct:]])" "\\\\$1" ${text})`
}

const limitText = (alert: string, medium: Medium) =>
  `({{ ${alert}.Labels.${severity} }} at ${shown(`${alert}.Annotations.${limit}`, medium)})`

/**
 * How a message is over. A receiver that does not get the mildest level knows only that its own levels have ended: a
 * milder one may go on.
 */
function ended({ alerting }: Config): string {
  const ofLevels = Object.entries(alerting.receivers).flatMap(([receiver, { severities }]) => {
    const mildest = thresholdSeverities.find((each) => severities.includes(each))
    return mildest === undefined || mildest === thresholdSeverities[0]
      ? []
      : [
          [
            receiver,
            `{{ if $over.Annotations.${limit} }}No longer ${mildest}{{ else }}Recovered{{ end }}`,
          ] as const,
        ]
  })
  const word = ofLevels.length === 0 ? 'Recovered' : choice('.Receiver', ofLevels, 'Recovered')
  return `{{ if $gone }}Ended{{ else if $quiet }}Ended without data{{ else if $over.Labels.${kpi} }}${word}{{ else }}Ended{{ end }}`
}

/** The line that a phone shows. */
export function title(config: Config, medium: Medium): string {
  const of = `{{ with $over.Labels.${job} }} of ${shown('.', medium)}{{ end }}`
  const isOfService = config.alerting.groupBy === 'service'
  const kpiOfWorst = isOfService ? `{{ if gt (len $kpis) 1 }} (${word('$over', kpi, medium)}){{ end }}` : ''
  const recovered = lines(
    `{{ $kpis := "" }}${ended(config)} after ${duration()}: `,
    `{{ if $over.Labels.${kpi} }}${isOfService ? allKpis(medium) : word('$over', kpi, medium)}`,
    `{{ else }}${word('$over', 'alertname', medium)}{{ end }}${of}`,
    `{{ with $over.Annotations.${worst} }}; worst ${shown('.', medium)}${kpiOfWorst}{{ end }}`,
  )
  const breach = lines(
    `${shown(`$worst.Labels.${job}`, medium)}: ${word('$worst', kpi, medium)} `,
    `{{ with $worst.Annotations.${value} }}${shown('.', medium)}{{ end }}${where(medium)} ${limitText('$worst', medium)}`,
  )
  const other = lines(
    shown('$worst.Annotations.summary', medium, 'sentence'),
    '{{ if gt (len $alerts) 1 }} and {{ len (slice $alerts 1) }} more{{ end }}',
  )
  return lines(
    `${preamble(config)}{{ if eq .Status "resolved" }}${recovered}{{ else }}${change(config)}`,
    `{{ if $worst.Annotations.${limit} }}${breach}{{ else }}${other}{{ end }}{{ end }}`,
  )
}

/** One place and what is there. */
function placeLine(config: Config, medium: Medium): string {
  const { bullet } = medium
  const of = config.alerting.groupBy === 'service' ? `${word('$pick', kpi, medium)} on ` : ''
  const breach = lines(
    `${shown(`$pick.Annotations.${value}`, medium)} ${limitText('$pick', medium)}`,
    `{{ with $pick.Annotations.${operations} }}, ${shown('.', medium)}{{ end }}`,
  )
  const firing = lines(
    `{{ if $pick.Annotations.${limit} }}${of}${placeText('$pick', medium)}: ${breach}`,
    `{{ else }}${shown('$pick.Annotations.description', medium, 'sentence')}{{ end }}`,
  )
  const recovered = lines(
    `{{ if $pick.Labels.${model} }}${of}${placeText('$pick', medium)}`,
    `{{ else }}${word('$pick', 'alertname', medium)}{{ with $pick.Labels.instance }} at ${shown('.', medium)}{{ end }}{{ end }}`,
  )
  return `${bullet}{{ if $isOver }}${recovered}{{ else }}${firing}{{ end }}`
}

/**
 * Variables: `$milder` has the fingerprints of alerts at whose place there is a worse one, `$places` a mark for each other.
 * One turn for each level: to compare each alert with each would take minutes for a thousand.
 */
const worstOfEachPlace = lines(
  '{{ $places := "" }}{{ $milder := "" }}{{ $seen := "\\n" }}',
  `{{ range $level := stringSlice ${thresholdSeverities.toReversed().map(quoted).join(' ')} "" }}{{ range $alerts }}`,
  `{{ $own := .Labels.${severity} }}{{ if not (match "^(${thresholdSeverities.join('|')})$" $own) }}{{ $own = "" }}{{ end }}`,
  `{{ if eq $own $level }}{{ $here := print "\\n"${[kpi, ...names.seriesLabels].map((name) => ` .Labels.${name} "\\t"`).join('')} "\\n" }}`,
  `{{ if and .Labels.${model} (match ${exactly('$here')} $seen) }}{{ $milder = print $milder .Fingerprint " " }}`,
  '{{ else }}{{ $places = print $places "." }}{{ $seen = print $seen $here }}{{ end }}',
  '{{ end }}{{ end }}{{ end }}',
)

/**
 * At most five places, the worst first, and how many more there are. Each turn takes the worst one that is better than the
 * one before; templates cannot sort.
 * @param around what stands before and after each line
 */
export function places(
  config: Config,
  medium: Medium,
  around: readonly [string, string] = ['', medium.newLine],
): string {
  const [before, after] = around
  // What has recovered is one breach: its worst place and how many there were stand above.
  const isTold = `{{ if or (ne .Status "resolved") (not $over.Annotations.${placesSeen}) }}`
  return lines(
    `${isTold}${worstOfEachPlace}`,
    `{{ $isOver := eq .Status "resolved" }}{{ $below := "~" }}{{ range stringSlice ${mostPlaces.map(quoted).join(' ')} }}`,
    '{{ $key := "" }}{{ $pick := $worst }}',
    `{{ range $alerts }}{{ if and (not (match .Fingerprint $milder)) (lt ${key('')} $below) (gt ${key('')} $key) }}{{ $key = ${key('')} }}{{ $pick = . }}{{ end }}{{ end }}`,
    `{{ if $key }}{{ $below = $key }}${before}${placeLine(config, medium)}${after}{{ end }}`,
    '{{ end }}',
    `{{ if gt (len $places) ${mostPlaces.length} }}${before}and {{ len (slice $places ${mostPlaces.length}) }} more${after}{{ end }}{{ end }}`,
  )
}

/** When it began and, once it is over, when it ended; the worst value, and where it was. */
export function since(medium: Medium): string {
  const start = (format: string, cut = '') =>
    `{{ with $over.Annotations.${began} }}{{ .${cut} }}{{ else }}{{ $first.UTC.Format "${format}" }}{{ end }}`
  const minutes = start('2 Jan 15:04', ' | reReplaceAll ":[0-9]+$" ""')
  const place = `{{ with $over.Annotations.${worstPlace} }}, ${shown('.', medium)}{{ end }}`
  const worstText = `{{ with $over.Annotations.${worst} }}; worst ${shown('.', medium)}${place}{{ end }}`
  const isWorse = `ne $over.Annotations.${worst} $worst.Annotations.${value}`
  const atPlaces = `{{ with $over.Annotations.${placesSeen} }}{{ if ne . "1" }} ({{ . }} places){{ end }}{{ end }}`
  return lines(
    `{{ if eq .Status "resolved" }}From ${start('2 Jan 15:04:05')} to {{ $last.UTC.Format "2 Jan 15:04:05" }} UTC${worstText}${atPlaces}`,
    `{{ with or $gone $quiet }}${medium.newLine}Nothing shows that it is well: ${shown('.', medium)}.{{ end }}`,
    `{{ else }}Since ${minutes} UTC{{ if ${isWorse} }}${worstText}{{ end }}{{ end }}`,
  )
}

/** What people changed last, where it may be the cause. */
export function changed(medium: Medium, around: readonly [string, string] = ['', medium.newLine]): string {
  const [before, after] = around
  const text = `${before}Last change: ${shown('.', medium, 'sentence')}${after}`
  return `{{ if eq .Status "firing" }}{{ with $over.Annotations.${lastChange} }}${text}{{ end }}{{ end }}`
}

/** The worst level of the message: `critical`; when it is over `recovered`, or `ended` if nothing shows that it is well. */
export function level(config: Config): string {
  return `${preamble(config)}${levelOfMessage}{{ $level }}`
}

/** Template text of several lines: a comment takes each line end, so that none is in the message. */
function lines(...parts: readonly string[]): string {
  return parts.join('{{/*\n*/}}')
}
