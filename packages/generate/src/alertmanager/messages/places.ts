import { type Config, names, thresholdSeverities } from '@mnemoscope/kpi'
import { messageAnnotation } from '../../message-annotations.js'
import { key } from './about.js'
import { type Medium, quoted, shown } from './medium.js'
import { exactly, limitText, lines, placeText, word } from './words.js'

const { value, limit, operations, places: placesSeen } = messageAnnotation
const { model, kpi, severity } = names.label

const mostPlaces = ['1', '2', '3', '4', '5']

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
