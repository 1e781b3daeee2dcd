import { element, setText } from './dom.js'

/** The name of the reader's time zone. */
export const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time'

/** How long ago or how long: `42 s`, `5 min`, `1 min 30 s`, `3 h 10 min`, `2 d 4 h`. Exact below an hour. */
export function formatDuration(seconds: number): string {
  const all = Math.max(0, Math.round(seconds))
  if (all < 60) return `${all} s`
  if (all < 3_600) return parts(all, 60, 'min', 1, 's')
  if (all < 86_400) return parts(all, 3_600, 'h', 60, 'min')
  return parts(all, 86_400, 'd', 3_600, 'h')
}

function parts(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`
}

/** Whether times are shown where the reader is. Reports are always in UTC. */
let isLocal = false

/** Shows times where the reader is, or in UTC. */
export function showLocalTimes(local: boolean): void {
  isLocal = local
}

/** A Unix time in seconds, in the zone that is shown: `14:02:10` today, `21 Nov 14:02` on other days. */
export function formatTime(seconds: number, today = Date.now() / 1_000): string {
  const iso = shownIso(seconds)
  return iso.slice(0, 10) === shownIso(today).slice(0, 10)
    ? iso.slice(11, 19)
    : `${formatDay(seconds)} ${iso.slice(11, 16)}`
}

/** The same with the name of the zone: `14:02:10 UTC`. */
export function formatZoned(seconds: number): string {
  return `${formatTime(seconds)} ${zoneAt(seconds)}`
}

/** The day of a Unix time in seconds, in the zone that is shown: `21 Nov`. */
export function formatDay(seconds: number): string {
  return new Date(shownIso(seconds)).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
}

/** A Unix time in seconds as ISO 8601. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}

/** What clocks show at a Unix time in seconds, in the zone that is shown, written as ISO 8601 writes a time in UTC. */
export function shownIso(seconds: number): string {
  return isoOf(seconds + aheadAt(seconds))
}

/** Seconds by which the zone that is shown is ahead of UTC at a time. */
export function aheadAt(seconds: number): number {
  return isLocal ? -60 * new Date(seconds * 1_000).getTimezoneOffset() : 0
}

/** The name of the zone that is shown, as it is at a time: `UTC`, `CET`, `GMT+9`. */
export function zoneAt(seconds: number): string {
  if (!isLocal) return 'UTC'
  const parts = shortZone.formatToParts(new Date(seconds * 1_000))
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? localZone
}

const shortZone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })

/** The same time in the other zone, in full: where the reader is, or in UTC where that is shown already. */
export function formatOther(seconds: number): string {
  const text = new Date(seconds * 1_000).toLocaleString(undefined, {
    ...{ dateStyle: 'medium', timeStyle: 'medium' },
    ...(isLocal ? { timeZone: 'UTC' } : {}),
  })
  return `${text} (${isLocal ? 'UTC' : localZone})`
}

/** A time in the zone that is shown, which says the other one on hover. */
export function timeOf(seconds: number): HTMLTimeElement {
  return element('time', { datetime: isoOf(seconds), title: formatOther(seconds) }, formatZoned(seconds))
}

/** How long ago a time is, kept right as time goes on. */
export function sinceOf(seconds: number): HTMLSpanElement {
  const node = element('span', { 'data-since': String(seconds) })
  showSince(node)
  return node
}

function showSince(node: HTMLElement): void {
  setText(node, formatDuration(now() - Number(node.dataset.since)))
}

/** Keeps every time that was made by `sinceOf` right. */
export function startClock(): void {
  setInterval(() => {
    for (const node of document.querySelectorAll<HTMLElement>('[data-since]')) showSince(node)
  }, 1_000)
}

/** The recorder's clock less the browser's, seconds: a laptop's clock must not make an alert last longer. */
let clockOffset = 0

export function setClock(recorderSeconds: number): void {
  clockOffset = recorderSeconds - Date.now() / 1_000
}

/** The recorder's time, Unix seconds. */
export function now(): number {
  return Date.now() / 1_000 + clockOffset
}
