import { element, setText } from './element.js'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time'

/** The name of the reader's time zone. */
export const localZone = zone

/** How long ago or how long: `42 s`, `5 min`, `3 h 10 min`, `2 d 4 h`. */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`
}

/** A Unix time in seconds, in UTC: `14:02:10` today, `21 Nov 14:02` on other days. */
export function formatUtc(seconds, now = Date.now() / 1_000) {
  const iso = new Date(seconds * 1_000).toISOString()
  if (iso.slice(0, 10) === new Date(now * 1_000).toISOString().slice(0, 10)) return iso.slice(11, 19)
  const day = new Date(seconds * 1_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
  return `${day} ${iso.slice(11, 16)}`
}

/** The same time where the reader is, in full. */
export function formatLocal(seconds) {
  const text = new Date(seconds * 1_000).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
  return `${text} (${zone})`
}

/** A time in UTC that says the local one on hover. */
export function timeOf(seconds) {
  return element(
    'time',
    { datetime: new Date(seconds * 1_000).toISOString(), title: `${formatLocal(seconds)} where you are` },
    `${formatUtc(seconds)} UTC`,
  )
}

/** How long ago a time is, kept right as time goes on. */
export function sinceOf(seconds) {
  const node = element('span', { 'data-since': String(seconds) })
  tick(node)
  return node
}

/** The recorder's clock less the browser's, seconds: a laptop's clock must not make an alert last longer. */
let clockOffset = 0

export function setClock(recorderSeconds) {
  clockOffset = recorderSeconds - Date.now() / 1_000
}

/** The recorder's time, Unix seconds. */
export function now() {
  return Date.now() / 1_000 + clockOffset
}

function tick(node) {
  setText(node, formatDuration(now() - Number(node.dataset.since)))
}

setInterval(() => {
  for (const node of document.querySelectorAll('[data-since]')) tick(node)
}, 1_000)
