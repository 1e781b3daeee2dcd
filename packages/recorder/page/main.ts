import { startAcknowledge } from './acknowledge.js'
import { ask, type DashboardData, type DashboardKpi } from './api.js'
import { showGaps } from './before.js'
import { chartStep, openChart, resizeCharts, showCharts } from './charts.js'
import { showComparison } from './comparison.js'
import { showConfiguration } from './configuration.js'
import { failureText, isConnected, listen, showAnswered, showFailed, showSignedOut } from './connection.js'
import { byId, makeScrollable, nextFrame, setText } from './dom.js'
import {
  type Address,
  linkTo,
  readAddress,
  scopeOf,
  showFilters,
  showWindows,
  startFilters,
} from './filters.js'
import { showFiring } from './firing.js'
import { showHistory } from './history.js'
import { showIncidents } from './incidents.js'
import { showNewest } from './newest-values.js'
import { showNotices } from './notices.js'
import { showOneAlert } from './one-alert.js'
import { showOneIncident, startIncidentForms } from './one-incident.js'
import { showGuide, showOutdated, showOverallStatus } from './overall-status.js'
import { showPointOperations } from './point-operations.js'
import { startRating } from './rating.js'
import { showReview } from './review.js'
import { startSearch } from './search-key.js'
import { askToSignIn, showSession, signedOutText, startSignIn } from './sign-in.js'
import { isoOf, setClock, startClock } from './time.js'
import { startZone } from './zone.js'

let address = readAddress(location.search)
let data: DashboardData | undefined
/** The window of the charts, ISO 8601. */
let shownWindow: readonly [string, string] | undefined
let refreshMs = 10_000
let startedAt = 0
let isRunning = false
let isWanted = false

/** Asks for everything anew. Of several calls while one is under way, one more is made. */
async function refresh(): Promise<void> {
  isWanted = true
  if (isRunning || signedOutText() !== undefined) return
  isRunning = true
  while (isWanted && signedOutText() === undefined) {
    isWanted = false
    startedAt = Date.now()
    try {
      if (await update(address)) showAnswered()
      else showWhySignedOut()
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (askToSignIn(error)) {
        showWhySignedOut()
        continue
      }
      showFailed(error)
      if (data) showOutdated(data, failureText(error))
    }
  }
  isRunning = false
}

/** What was shown stays, and is called old. */
function showWhySignedOut(): void {
  showSignedOut()
  if (data) showOutdated(data, signedOutText() ?? '')
  else setText(byId('overall-status'), 'Signed out')
}

/**
 * Shows the answers to one address, unless the reader has gone on to another.
 * @returns false for a reader who may not see them
 */
async function update(own: Address): Promise<boolean> {
  const query = scopeOf(own)
  const asking = ask('GET /api/dashboard', { query })
  // Waited for below; until then a failure of it must not count as unhandled.
  asking.catch(() => {})
  if (!showSession(await ask('GET /api/session'))) return false
  const answer = await asking
  if (own !== address) return true
  data = answer
  // Only now: the database would divide itself between the two, and the status comes first.
  const asked = ask('GET /api/charts', { query })
  asked.catch(() => {})
  ask('GET /api/notices').then(
    ({ notices }) => showNotices(notices),
    // Whether the recorder is away, the other questions find out.
    () => {},
  )
  setClock(answer.timestamp)
  const problems = answer.no_data ? (await ask('GET /readyz')).problems : []
  showOverallStatus(answer, problems)
  showGuide(answer, problems)
  // One incident is shown with the others that it can be merged with.
  await Promise.all([showOneAlert(own, answer), showIncidents(own).then(() => showOneIncident(own))])
  if (own !== address) return true
  const parts = [
    () => showFiring(answer, own),
    () => showNewest(answer),
    () => showComparison(answer),
    () => showFilters(own, answer),
  ]
  for (const show of parts) {
    await nextFrame()
    show()
  }
  const charts = await asked
  if (own !== address) return true
  await nextFrame()
  shownWindow = [isoOf(charts.from), isoOf(Math.max(charts.to, charts.from + 1))]
  await showCharts(charts, answer, { onSelect: zoom, onPoint: list, linkTo: linkToChart })
  showOpened()
  showGaps(charts)
  await showHistory(own, answer)
  await showReview(own, answer)
  await showConfiguration()
  document.documentElement.dataset.shown = String(answer.timestamp)
  return true
}

function go(changes: Partial<Address>): void {
  address = { ...address, ...changes }
  history.pushState(null, '', linkTo(address))
  moved()
}

function zoom(from: number, to: number): void {
  const begin = Math.round(from)
  go({ between: [isoOf(begin), isoOf(Math.max(Math.round(to), begin + 1))] })
}

function list(kpi: DashboardKpi, time: number): void {
  go({ point: { kpi: kpi.id, at: isoOf(time) } })
}

/** A link to a chart holds its window: others see the same. */
function linkToChart(kpi: DashboardKpi): string {
  const { alert: _, review: __, point: ___, incident: ____, ...part } = address
  return linkTo({ ...part, between: shownWindow ?? address.between, kpi: kpi.id })
}

/** Opens what the address names within the charts. */
function showOpened(): void {
  openChart(address.kpi, (kpi) => linkTo({ ...address, kpi }))
  if (data !== undefined)
    void showPointOperations(address, data.kpis, chartStep(), () => go({ point: undefined }))
}

function moved(): void {
  showWindows(address)
  if (shownWindow !== undefined) showOpened()
  if (data !== undefined) void showReview(address, data)
  void refresh()
}

addEventListener('popstate', () => {
  address = readAddress(location.search)
  moved()
})
new ResizeObserver(resizeCharts).observe(byId('charts'))
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh()
})
startZone()
startClock()
startFilters(() => address, go)
startSignIn(() => void refresh())
startAcknowledge(() => void refresh())
startIncidentForms(() => void refresh())
startRating(() => void refresh())
startSearch({ address: () => address, data: () => data, go })
makeScrollable(document.querySelectorAll<HTMLElement>('.scroll'))

await refresh()
ask('GET /api/config').then(
  ({ refresh_seconds }) => {
    refreshMs = refresh_seconds * 1_000
  },
  () => {},
)
listen({
  onChange: () => {
    if (!document.hidden) void refresh()
  },
  // Whether the recorder is away or only its events are, a question finds out.
  onLost: () => void refresh(),
})
// Should the stream of events be held back somewhere on its way, the page is late, not wrong.
setInterval(() => {
  if (!document.hidden && Date.now() - startedAt > (isConnected() ? 6 : 1) * refreshMs) void refresh()
}, 1_000)
