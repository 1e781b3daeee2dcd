import type { AlertEpisode, AlertEvent } from './alert-event.js'
import { lastedText } from './lasted-text.js'
import { inUnit } from './unit-text.js'

/**
 * What happened to an alert, for people: the words of the messages that Alertmanager sends, and what only the recorder
 * knows, such as who acknowledged it. `CRITICAL recovered after 2 min 30 s: F1 score of gpt-4o (search) in demo; worst 0.25`.
 * The level stands in each text, because a level can end while milder ones go on.
 * @param unit of the alert's KPI
 */
export function eventText(
  { kind, detail, episode, value_at_end, operations }: Omit<AlertEvent, 'id' | 'at' | 'text'>,
  unit: string,
): string {
  const level = (episode.level ?? 'alert').toUpperCase()
  const subject = episode.message.replace(/ has reached [A-Z]+$/, '')
  // Prometheus keeps an annotation whose template wrote nothing, as an empty text.
  const change = episode.metadata.annotations.last_change || undefined
  const by = episode.acknowledgement === null ? '' : `; acknowledged by ${episode.acknowledgement.by}`
  const changed = change === undefined ? '' : `; last change: ${change}`
  switch (kind) {
    case 'opened':
      return `${level}: ${subject}${valueText(episode)}${changed}${traceText(operations)}${by}`
    case 'reopened':
      return `${level} again: ${subject}${valueText(episode)}${by}`
    case 'changed':
      return `${level} still: ${subject}${valueText(episode)}${by}`
    case 'closed':
      return `${level} ${endText(episode)}: ${subject}${worstText(episode, value_at_end, unit)}${by}`
    case 'storm':
      return `${detail.services} services breached within a minute: ${detail.names}; the last: ${level}: ${subject}${valueText(episode)}`
  }
}

function endText({ kind, closed_how, timestamp, ends_at, metadata: { annotations } }: AlertEpisode): string {
  if (closed_how === 'superseded') return 'went on as another alert'
  const word = annotations.shown_quiet ? 'ended without data' : kind === 'threshold' ? 'recovered' : 'ended'
  return ends_at === null ? word : `${word} after ${lastedText(ends_at - timestamp)}`
}

function valueText({ metadata: { annotations } }: AlertEpisode): string {
  const { shown_value, shown_threshold, shown_operations } = annotations
  if (!shown_value || !shown_threshold) return ''
  const operations = shown_operations ? `, ${shown_operations}` : ''
  return ` is ${shown_value} (threshold ${shown_threshold})${operations}`
}

function worstText({ kind, peak_value }: AlertEpisode, atEnd: number | null, unit: string): string {
  if (kind !== 'threshold' || peak_value === null) return ''
  const shown = (value: number) => inUnit(Number(value.toPrecision(3)), unit)
  return `; worst ${shown(peak_value)}${atEnd === null ? '' : `, at the end ${shown(atEnd)}`}`
}

/** Where to look first: the worst operation that was part of a trace. */
function traceText(operations: AlertEvent['operations']): string {
  const traced = operations.find(({ trace_id }) => trace_id !== null)
  return traced === undefined ? '' : `; trace of a bad operation: ${traced.trace_id}`
}
