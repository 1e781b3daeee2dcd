import { startAcknowledge } from './acknowledge.js'
import { addressOf, readAddress, scopeQuery } from './address.js'
import { showFiring } from './alerts.js'
import { ask } from './ask.js'
import { knowKpis } from './before.js'
import { redrawCharts, resizeCharts, showCharts } from './charts.js'
import { showComparison } from './comparison.js'
import { showConfiguration } from './configuration.js'
import { isConnected, showConnection } from './connection.js'
import { byId } from './element.js'
import { showFilters, showWindows, startFilters } from './filters.js'
import { nextFrame } from './frame.js'
import { showGaps } from './gaps.js'
import { showGuide } from './guide.js'
import { showHistory, startHistory } from './history.js'
import { listen } from './live.js'
import { readinessProblems } from './readiness.js'
import { makeScrollable } from './scrollable.js'
import { showStatus } from './status.js'
import { localZone, setClock } from './time.js'
import { showBlind, showVerdict } from './verdict.js'

let address = readAddress()
let data
let refreshMs = 10_000
let startedAt = 0
let isRunning = false
let isWanted = false
/** Raised by every change of the address: an answer to an older one is not shown. */
let generation = 0

/** Gets everything anew; of several wishes while one is under way, one more is fulfilled. */
async function refresh() {
  isWanted = true
  if (isRunning) return
  isRunning = true
  while (isWanted) {
    isWanted = false
    startedAt = Date.now()
    try {
      await update(generation)
      showConnection('answered')
    } catch (error) {
      showConnection('failed', error)
      // What was true of the last answer may no longer be.
      if (data) showBlind(data)
    }
  }
  isRunning = false
}

async function update(own) {
  const query = scopeQuery(address)
  const answer = await ask(`/api/dashboard?${query}`)
  if (own !== generation) return
  data = answer
  // Only now: the database would divide itself between the two, and the status is what matters first.
  const charts = ask(`/api/charts?${query}`)
  // Waited for below; until then a failure of it must not count as unhandled.
  charts.catch(() => {})
  setClock(data.timestamp)
  knowKpis(data.kpis)
  const problems = data.no_data ? await readinessProblems() : []
  showVerdict(data, problems)
  showGuide(data.no_data?.reason === 'nothing_yet' && data.open_alerts.length === 0, problems)
  for (const show of [showFiring, showStatus, showComparison, (given) => showFilters(address, given)]) {
    await nextFrame()
    show(data)
  }
  const drawn = await charts
  if (own !== generation) return
  byId('trends').hidden = Object.values(drawn.kpis).every(({ series }) => series.length === 0)
  await nextFrame()
  await showCharts(drawn, data, zoom)
  showGaps(drawn)
  await showHistory(address, data)
  await showConfiguration()
  document.documentElement.dataset.shown = String(data.timestamp)
}

function go(changes) {
  address = { ...address, ...changes }
  history.pushState(null, '', addressOf(address))
  moved()
}

function zoom(from, to) {
  const iso = (seconds) => new Date(Math.round(seconds) * 1_000).toISOString()
  go({ from: iso(from), to: iso(Math.max(to, from + 1)) })
}

function moved() {
  generation++
  showWindows(address)
  void refresh()
}

addEventListener('popstate', () => {
  address = readAddress()
  moved()
})
new ResizeObserver(resizeCharts).observe(byId('charts'))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts)
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh()
})
byId('zone').textContent =
  localZone === 'UTC' ? 'Times are UTC.' : `Times are UTC; hover one for ${localZone}.`
startFilters(() => address, go)
startHistory(() => ({ address, data }))
startAcknowledge(refresh)
makeScrollable(document.querySelectorAll('.scroll'))

await refresh()
if (address.kpi) byId(`chart-${address.kpi}`)?.scrollIntoView({ block: 'center' })
ask('/api/config').then(
  ({ refresh_seconds }) => {
    refreshMs = refresh_seconds * 1_000
  },
  () => {},
)
listen({
  onNews: () => {
    if (!document.hidden) void refresh()
  },
  onState: (state) => {
    showConnection(state)
    // Whether the recorder is away or only its events are, a question finds out.
    if (state === 'lost') void refresh()
  },
})
// Should the stream of events be held back somewhere on its way, the page is late, not wrong.
setInterval(() => {
  if (!document.hidden && Date.now() - startedAt > (isConnected() ? 6 : 1) * refreshMs) void refresh()
}, 1_000)
