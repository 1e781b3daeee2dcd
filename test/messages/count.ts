import { type Message, mediaOf, type Stage } from './stage.js'

/** What no message about an end may say. */
export const firingWords = /has reached|at or below|critical at|warning at|error at|Since /

/** How many messages each medium got of a service. */
export function counted(stage: Stage, version: string, service: string): Map<string, number> {
  const messages = messagesOf(stage, service)
  return new Map(
    mediaOf(version).map((each) => [each, messages.filter(({ medium }) => medium === each).length]),
  )
}

/** Incidents of PagerDuty about a service. */
export function incidentsOf(stage: Stage, service: string): number {
  const events = messagesOf(stage, service).filter(({ medium }) => medium === 'pagerduty')
  return new Set(events.map(({ incident }) => incident)).size
}

/** Messages that name a service, and those that only name an incident of it. */
function messagesOf(stage: Stage, service: string): Message[] {
  const all = stage.messages()
  const named = all.filter(({ raw }) => raw.includes(service))
  const incidents = new Set(
    named.flatMap(({ medium, incident }) => (incident ? [`${medium} ${incident}`] : [])),
  )
  return all.filter(
    (message) => named.includes(message) || incidents.has(`${message.medium} ${message.incident ?? ''}`),
  )
}

/** Messages about an end that hold words of a beginning. */
export function wrongEnds(stage: Stage): Message[] {
  return stage
    .messages()
    .filter(({ medium, title }) => medium !== 'webhook' && title.startsWith('Recovered'))
    .filter(({ raw }) => firingWords.test(raw))
}
