import { type Config, durationSeconds, names, thresholdSeverities } from '@mnemoscope/kpi'
import { messageAnnotation } from '../../message-annotations.js'
import { isAtLeast } from '../version.js'
import { preamble } from './about.js'
import { type Medium, quoted, shown } from './medium.js'
import { choice, exactly, limitText, lines, word, wordTemplate } from './words.js'

const { value, limit, worst, lasted } = messageAnnotation
const { job, model, kpi } = names.label

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

export function hasReason(config: Config): boolean {
  return isAtLeast(config, 32)
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
