import { messageAnnotation } from '../../message-annotations.js'
import { type Medium, shown } from './medium.js'
import { lines } from './words.js'

const { value, worst, worstPlace, since: began, change: lastChange, places: placesSeen } = messageAnnotation

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
