import { type Config, names, thresholdSeverities } from '@mnemoscope/kpi'
import { messageAnnotation } from '../../message-annotations.js'
import { quoted } from './medium.js'
import { lines } from './words.js'

const { order, limit, quiet } = messageAnnotation
const { severity } = names.label

/** Alerts by how bad they are, as text that compares: the level, how far it is, and something that no two have alike. */
export const key = (alert: string) => {
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

/** The worst level of the message: `critical`; when it is over `recovered`, or `ended` if nothing shows that it is well. */
export function level(config: Config): string {
  return `${preamble(config)}${levelOfMessage}{{ $level }}`
}
