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

/** A Unix time in seconds, in UTC: `14:02:10` today, `21 Nov 14:02` on other days. */
export function formatUtc(seconds: number, today = Date.now() / 1_000): string {
  const iso = isoOf(seconds)
  return iso.slice(0, 10) === isoOf(today).slice(0, 10)
    ? iso.slice(11, 19)
    : `${formatDay(seconds)} ${iso.slice(11, 16)}`
}

/** The day of a Unix time in seconds, in UTC: `21 Nov`. */
export function formatDay(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
}

/** A Unix time in seconds as ISO 8601. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}

/** The same time where the reader is, in full. */
export function formatLocal(seconds: number): string {
  const text = new Date(seconds * 1_000).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
  return `${text} (${localZone})`
}

/** A time in UTC that says the local one on hover. */
export function timeOf(seconds: number): HTMLTimeElement {
  return element(
    'time',
    { datetime: isoOf(seconds), title: `${formatLocal(seconds)} where you are` },
    `${formatUtc(seconds)} UTC`,
  )
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
