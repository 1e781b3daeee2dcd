import { type Config, modelText } from '@mnemoscope/kpi'
import pc from 'picocolors'
import { inUnit, utc } from '../report/units.js'
import { printable, printableLine } from '../terminal.js'
import type { ExplainedRule, Explanation } from './explain.js'

/** How many places are shown, the worst first. */
const shownPlaces = 8

/** An explanation for people. */
export function explanationText(explanation: Explanation, kpis: Config['kpis']): string {
  const { alert, kpi, severity, rules, current, episodes } = explanation
  const unit = kpi === null ? '1' : (kpis[kpi]?.unit ?? '1')
  const title = [pc.bold(alert), severity, kpi === null ? 'the pipeline itself' : kpis[kpi]?.title]
  return [
    title.filter((part) => part !== null && part !== undefined).join(pc.dim(' · ')),
    ...(rules.length === 0 ? ['', 'Prometheus no longer has a rule for it.'] : rules.map(ruleText)),
    '',
    pc.bold('Now, the worst first'),
    ...places(current, explanation.unit ?? plainNumber),
    '',
    pc.bold('Newest episodes'),
    ...(episodes.length === 0
      ? ['  It has never fired.']
      : episodes.map((episode) => episodeText(episode, unit))),
    '',
  ].join('\n')
}

function ruleText({ expression, threshold, from, for_seconds, health, runbook }: ExplainedRule): string {
  return [
    '',
    ...printable(expression)
      .split('\n')
      .map((line) => `  ${pc.cyan(line)}`),
    ...(for_seconds === 0 ? [] : [`  for ${for_seconds} s`]),
    ...(threshold === null ? [] : [`  threshold ${pc.bold(threshold)}`]),
    ...from.map(({ path, origin }) => `    ${path} ${pc.dim(`from ${origin}`)}`),
    ...(health === 'ok' ? [] : [pc.red(`  evaluation: ${printableLine(health)}`)]),
    ...(runbook === null ? [] : [`  what to do: ${printableLine(runbook)}`]),
  ].join('\n')
}

/** Shown by `inUnit` like a count. */
const plainNumber = '{number}'

function places(current: Explanation['current'], unit: string): string[] {
  if (current.length === 0) return ['  no values']
  const lines = current.slice(0, shownPlaces).map((value) => {
    const { service, model, context_size, labels, state } = value
    const where =
      model === ''
        ? Object.entries(labels).map((label) => label.join('='))
        : [`${modelText(value)} at ${context_size} in ${service}`]
    return `  ${inUnit(value.value, unit).padEnd(14)} ${printableLine(where.join(' '))}${state === null ? '' : ` ${pc.red(state)}`}`.trimEnd()
  })
  const more = current.length - lines.length
  return more > 0 ? [...lines, `  and ${more} more`] : lines
}

function episodeText(episode: Explanation['episodes'][number], unit: string): string {
  const { id, timestamp, ends_at, message, current_value, peak_value, transitions } = episode
  const until = ends_at === null ? pc.red('open') : `until ${utc(ends_at)}`
  return [
    `  ${pc.bold(`#${id}`)} ${utc(timestamp)} ${until}  ${printableLine(message)}`,
    `    began at ${inUnit(current_value, unit)}, worst ${inUnit(peak_value, unit)}`,
    ...transitions.map(({ kind, at, via }) => `    ${utc(at)}  ${kind} ${pc.dim(`(${printableLine(via)})`)}`),
  ].join('\n')
}
