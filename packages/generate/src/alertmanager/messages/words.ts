import { type Config, names } from '@mnemoscope/kpi'
import { pipelineAlertKinds } from '../../alerts/pipeline.js'
import { contextSizeWords } from '../../context-size-words.js'
import { messageAnnotation } from '../../message-annotations.js'
import { type Medium, quoted, shown } from './medium.js'

const { model, contextSize, operation, kpi, severity } = names.label

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

export function wordTemplate({ name }: Medium, label: string): string {
  return `mnemoscope.${name}.${label}`
}

export function word(alert: string, label: string, medium: Medium): string {
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
export function placeText(alert: string, medium: Medium): string {
  return (
    `${shown(`${alert}.Labels.${model}`, medium)}{{ if ${alert}.Labels.${contextSize} }} (` +
    `{{ with ${alert}.Labels.${operation} }}${shown('.', medium)}, {{ end }}${word(alert, contextSize, medium)}){{ end }}`
  )
}

/** The level that an alert is beyond, and where it begins: `(critical at 0.70)`. */
export const limitText = (alert: string, medium: Medium) =>
  `({{ ${alert}.Labels.${severity} }} at ${shown(`${alert}.Annotations.${messageAnnotation.limit}`, medium)})`

/** A regular expression for nothing but this text. */
export function exactly(text: string): string {
  return `(reReplaceAll "([[:punct:]])" "\\\\$1" ${text})`
}

/** Template text of several lines: a comment takes each line end, so that none is in the message. */
export function lines(...parts: readonly string[]): string {
  return parts.join('{{/*\n*/}}')
}
