import { type Config, names } from '@mnemoscope/kpi'
import { messageAnnotation } from '../../message-annotations.js'
import { contextSizeWords } from './context-size-words.js'
import { type Medium, quoted, shown } from './medium.js'

const { order, value, limit, operations, worst } = messageAnnotation
const { job, model, contextSize, operation, kpi, severity } = names.label

/** Most alerts of which a message counts the models exactly: it compares each with each. */
const mostCompared = 30
const mostPlaces = ['1', '2', '3', '4', '5']

/** Alerts by how bad they are, as text that compares: the level, how far it is, and something that no two have alike. */
const key = (alert: string) => {
  const rank = (name: string, digit: string) => `(and (eq ${alert}.Labels.${severity} "${name}") "${digit}")`
  const ranks = [rank('critical', '4'), rank('error', '3'), rank('warning', '2')].join(' ')
  return `(print (or ${ranks} "1") (or ${alert}.Annotations.${order} "!") ${alert}.Fingerprint)`
}

/**
 * Variables for what follows: `$alerts` that the message is about, the worst of them, and the time they cover. A template
 * can give nothing back but text, so each begins with this.
 */
export const preamble = lines(
  `{{ $alerts := .Alerts }}{{ if eq .Status "firing" }}{{ $alerts = .Alerts.Firing }}{{ end }}`,
  '{{ $worst := index $alerts 0 }}{{ $first := $worst.StartsAt }}{{ $newest := $worst.StartsAt }}{{ $last := $worst.EndsAt }}',
  '{{ range $alerts }}',
  '{{ if .StartsAt.Before $first }}{{ $first = .StartsAt }}{{ end }}',
  '{{ if .StartsAt.After $newest }}{{ $newest = .StartsAt }}{{ end }}',
  '{{ if .EndsAt.After $last }}{{ $last = .EndsAt }}{{ end }}',
  `{{ if gt ${key('')} ${key('$worst')} }}{{ $worst = . }}{{ end }}`,
  '{{ end }}',
)

/** Templates that write a KPI by the name that people use, and a context size in words, such as `128k`. */
export function wordTemplates(config: Config, medium: Medium): [name: string, text: string][] {
  const { kpis, contextSizes } = config
  const titles = Object.values(kpis).map(({ id, title }) => [id, shown(quoted(title), medium)] as const)
  const largest = contextSizeWords(contextSizes.at(-1) as number)
  const sizes = contextSizes.map((size) => [String(size), contextSizeWords(size)] as const)
  return [
    [wordTemplate(medium, kpi), choice('.', titles, shown('.', medium))],
    [
      wordTemplate(medium, contextSize),
      choice('.', [...sizes, ['+Inf', `over ${largest}`]], shown('.', medium)),
    ],
  ]
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

/** How long the message's alerts lasted: `2 min 30 s`. */
function duration(): string {
  const words = [
    ['(\\d+)h', '$1 h '],
    ['(\\d+)m', '$1 min '],
    ['(\\d+)s', '$1 s'],
    [' 0 s$', ''],
    [' 0 min ?', ' '],
    [' $', ''],
  ]
  const pipeline = words.map(([from = '', to = '']) => ` | reReplaceAll ${quoted(from)} ${quoted(to)}`)
  return `{{ (($last.Sub $first).Round 1000000000).String${pipeline.join('')} }}`
}

/**
 * What this message is beside the one before. Alertmanager says why it sends since 0.32; before, only what has
 * recovered can be known, and the other messages have no word.
 */
function change(config: Config): string {
  const better = '{{ if .Alerts.Resolved }}Better: '
  if (!hasReason(config)) return `${better}{{ end }}`
  return (
    `{{ if eq .NotificationReason "repeat interval elapsed" }}Still: ` +
    `{{ else if eq .NotificationReason "some alerts resolved" }}Better: ` +
    `{{ else if and (eq .NotificationReason "new alerts added") (not .Alerts.Resolved) }}Worse: ` +
    '{{ else if eq .NotificationReason "new alerts added" }}Changed: {{ end }}'
  )
}

export function hasReason({ alerting }: Config): boolean {
  return Number(alerting.alertmanager.split('.')[1]) >= 32 || !alerting.alertmanager.startsWith('0.')
}

/** Which models or how many places: `gpt-4o`, `3 models`, `300 places`. */
function where(medium: Medium): string {
  const same = `eq $b.Labels.${model} $a.Labels.${model}`
  return lines(
    '{{ $models := "" }}',
    `{{ if le (len $alerts) ${mostCompared} }}{{ range $i, $a := $alerts }}{{ $isNew := true }}`,
    `{{ range $j, $b := $alerts }}{{ if and (lt $j $i) (${same}) }}{{ $isNew = false }}{{ end }}{{ end }}`,
    '{{ if $isNew }}{{ $models = print $models "." }}{{ end }}{{ end }}{{ end }}',
    '{{ if not $models }} at {{ len $alerts }} places{{ else if gt (len $models) 1 }} on {{ len $models }} models',
    `{{ else }}{{ with $worst.Labels.${model} }} on ${shown('.', medium)}{{ end }}{{ end }}`,
  )
}

const limitText = (alert: string, medium: Medium) =>
  `({{ ${alert}.Labels.${severity} }} at ${shown(`${alert}.Annotations.${limit}`, medium)})`

/** The line that a phone shows. */
export function title(config: Config, medium: Medium): string {
  const of = `{{ with $worst.Labels.${job} }} of ${shown('.', medium)}{{ end }}`
  const recovered = lines(
    `Recovered after ${duration()}: `,
    `{{ if $worst.Labels.${kpi} }}${word('$worst', kpi, medium)}`,
    `{{ else }}${shown('$worst.Labels.alertname', medium)}{{ end }}${of}`,
    `{{ with $worst.Annotations.${worst} }}; worst ${shown('.', medium)}{{ end }}`,
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
    `${preamble}{{ if eq .Status "resolved" }}${recovered}{{ else }}${change(config)}`,
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
    `{{ with $pick.Annotations.${worst} }}: worst ${shown('.', medium)}{{ end }}`,
    `{{ else }}${shown('$pick.Labels.alertname', medium)}{{ end }}`,
  )
  return `${bullet}{{ if $isOver }}${recovered}{{ else }}${firing}{{ end }}`
}

/** Variables: `$milder` has the fingerprints of alerts at whose place there is a worse one, `$places` a mark for each other. */
const worstOfEachPlace = lines(
  '{{ $places := "" }}{{ $milder := "" }}{{ range $a := $alerts }}{{ $isWorst := true }}',
  `{{ if and $a.Labels.${model} (le (len $alerts) ${mostCompared}) }}{{ range $b := $alerts }}`,
  `{{ if and (lt ${key('$a')} ${key('$b')})${[kpi, ...names.seriesLabels].map((name) => ` (eq $a.Labels.${name} $b.Labels.${name})`).join('')} }}`,
  '{{ $isWorst = false }}{{ end }}{{ end }}{{ end }}',
  '{{ if $isWorst }}{{ $places = print $places "." }}{{ else }}{{ $milder = print $milder $a.Fingerprint " " }}{{ end }}{{ end }}',
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
  return lines(
    worstOfEachPlace,
    `{{ $isOver := eq .Status "resolved" }}{{ $below := "~" }}{{ range stringSlice ${mostPlaces.map(quoted).join(' ')} }}`,
    '{{ $key := "" }}{{ $pick := $worst }}',
    `{{ range $alerts }}{{ if and (not (match .Fingerprint $milder)) (lt ${key('')} $below) (gt ${key('')} $key) }}{{ $key = ${key('')} }}{{ $pick = . }}{{ end }}{{ end }}`,
    `{{ if $key }}{{ $below = $key }}${before}${placeLine(config, medium)}${after}{{ end }}`,
    '{{ end }}',
    `{{ if gt (len $places) ${mostPlaces.length} }}${before}and {{ len (slice $places ${mostPlaces.length}) }} more${after}{{ end }}`,
  )
}

/** When it began and, once it is over, when it ended. */
export const since =
  '{{ if eq .Status "resolved" }}From {{ $first.UTC.Format "2 Jan 15:04:05" }} to {{ $last.UTC.Format "2 Jan 15:04:05" }} UTC' +
  '{{ else }}Since {{ $first.UTC.Format "2 Jan 15:04" }} UTC{{ end }}'

/** The worst level of the message: `critical`; `recovered` when it is over. */
export const level = `${preamble}{{ if eq .Status "resolved" }}recovered{{ else }}{{ $worst.Labels.${severity} }}{{ end }}`

/** Template text of several lines: a comment takes each line end, so that none is in the message. */
function lines(...parts: readonly string[]): string {
  return parts.join('{{/*\n*/}}')
}
