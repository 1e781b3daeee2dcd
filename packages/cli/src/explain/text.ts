import { type Config, type Evidence, modelText } from '@mnemoscope/kpi'
import {
  differenceText,
  evidencePieces,
  lineText,
  metadataTexts,
  nothingDiffers,
  notifiedPieces,
  toldLines,
  wasNotifiedPieces,
} from '@mnemoscope/recorder/shown'
import pc from 'picocolors'
import { beforeTexts } from '../report/before.js'
import { inUnit, utc, utcOf } from '../report/units.js'
import { printable, printableLine } from '../terminal.js'
import { shownPlaces } from './current.js'
import type { ExplainedRule, Explanation } from './explain.js'

/** An explanation for people. */
export function explanationText(
  explanation: Explanation,
  kpis: Config['kpis'],
  now = Date.now() / 1_000,
): string {
  const { alert, kpi, severity, rules, current, episodes, behind, evidence, notified } = explanation
  const unit = kpi === null ? '1' : (kpis[kpi]?.unit ?? '1')
  const title = [pc.bold(alert), severity, kpi === null ? 'the pipeline itself' : kpis[kpi]?.title]
  return [
    title.filter((part) => part !== null && part !== undefined).join(pc.dim(' · ')),
    ...(rules.length === 0 ? ['', 'Prometheus no longer has a rule for it.'] : rules.map(ruleText)),
    '',
    pc.bold('Now, the worst first'),
    ...places(current, explanation.unit ?? plainNumber, now),
    '',
    pc.bold('Newest episodes'),
    ...(episodes.length === 0
      ? ['  It has never fired.']
      : episodes.map((episode) => episodeText(episode, unit, Object.values(kpis), now))),
    ...(evidence === null || evidence.began === evidence.newest
      ? []
      : ['', pc.bold('How sure the newest is'), ...sureLines(evidence, unit, now)]),
    ...(notified === null
      ? []
      : ['', pc.bold('Who was notified of the newest'), ...notifiedTexts(notified, now)]),
    ...(behind === null ? [] : ['', ...operationLines(behind, unit, now)]),
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

function notifiedTexts(notified: NonNullable<Explanation['notified']>, now: number): string[] {
  const current = notifiedPieces(notified)
  const lines = [
    wasNotifiedPieces(notified),
    ...(current.length === 0 ? [] : [['Now: ', ...current]]),
    ...toldLines(notified.told),
  ]
  return lines.map((pieces) => `  ${printableLine(lineText({ pieces }, (at) => utcOf(at, now)))}`)
}

/** The operations behind the newest episode, as the page shows them. */
function operationLines(
  { worst, others, differs, compared_with }: NonNullable<Explanation['behind']>,
  unit: string,
  now: number,
): string[] {
  if (worst.length === 0) {
    const why = others.length === 0 ? 'No single operation was kept.' : 'None was bad.'
    return [pc.bold('Operations behind the newest'), `  ${why}`]
  }
  const differences = differs.map((each) => differenceText(each, compared_with))
  const operations = worst.map(({ value, outcome, timestamp, metadata, trace_url, trace_id }) => {
    const trace = trace_url ?? (trace_id === null ? [] : `trace ${trace_id}`)
    return [outcome ?? inUnit(value, unit), utcOf(timestamp, now), ...metadataTexts(metadata), trace]
      .flat()
      .join(' · ')
  })
  return [
    pc.bold('What differs in the newest'),
    ...(differences.length === 0 ? [nothingDiffers] : differences).map((line) => `  ${printableLine(line)}`),
    '',
    pc.bold('Its worst operations'),
    ...operations.map((line) => `  ${printableLine(line)}`),
  ]
}

/** Shown by `inUnit` like a count. */
const plainNumber = '{number}'

function places(current: Explanation['current'], unit: string, now: number): string[] {
  if (current.length === 0) return ['  no values']
  const lines = current.slice(0, shownPlaces).map((value) => {
    const { service, model, context_size, labels, state } = value
    const where =
      model === ''
        ? Object.entries(labels).map((label) => label.join('='))
        : [`${modelText(value)} at ${context_size} in ${service}`]
    const shown = inUnit(value.value, unit, undefined, value.threshold === null ? [] : [value.threshold])
    const line = `  ${shown.padEnd(14)} ${printableLine(where.join(' '))}${state === null ? '' : ` ${pc.red(state)}`}`
    const { evidence } = value
    return [
      line.trimEnd(),
      ...(evidence === null ? [] : [pc.dim(`    ${evidenceText(evidence, value.threshold, unit, now)}`)]),
    ].join('\n')
  })
  const more = current.length - lines.length
  return more > 0 ? [...lines, `  and ${more} more`] : lines
}

function evidenceText(evidence: Evidence, threshold: number | null, unit: string, now: number): string {
  return lineText({ pieces: evidencePieces(evidence, { unit, threshold, at: now }) }, String)
}

/** How sure the judge was of an episode when it began, and is. */
function sureLines(
  { began, newest }: NonNullable<Explanation['evidence']>,
  unit: string,
  now: number,
): string[] {
  const moments = newest === null || newest.at === began?.at ? [began] : [began, newest]
  return moments.flatMap((evidence, i) => {
    if (evidence === null) return []
    const pieces = evidencePieces(evidence, { unit, ...evidence })
    const when = `${i === 0 ? 'when it began' : 'newest'}, ${utcOf(evidence.at, now)}`
    return [`  ${when}: ${lineText({ pieces }, (at) => utcOf(at, now))}`]
  })
}

function episodeText(
  episode: Explanation['episodes'][number],
  unit: string,
  kpis: Config['kpis'][string][],
  now: number,
): string {
  const { id, timestamp, ends_at, message, current_value, peak_value, transitions, metadata } = episode
  const seen = metadata.annotations.shown_operations
  const limits = episode.threshold === null ? [] : [episode.threshold]
  const until = ends_at === null ? pc.red('open') : `until ${utc(ends_at)}`
  return [
    `  ${pc.bold(`#${id}`)} ${utc(timestamp)} ${until}  ${printableLine(message)}`,
    [
      `    began at ${inUnit(current_value, unit, undefined, limits)}`,
      `worst ${inUnit(peak_value, unit, undefined, limits)}`,
      ...(seen ? [printableLine(seen)] : []),
    ].join(', '),
    ...transitions.map(({ kind, at, via }) => `    ${utc(at)}  ${kind} ${pc.dim(`(${printableLine(via)})`)}`),
    pc.dim('    what changed before'),
    ...beforeTexts(episode, kpis, now).map((text) => `      ${printableLine(text)}`),
  ].join('\n')
}
