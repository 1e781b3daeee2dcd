import { alertHistory, openAlerts } from './alerts.js'
import { drawChart, redrawCharts, resizeCharts } from './charts.js'
import { badge, byId, element, known } from './element.js'
import { formatDuration } from './format.js'
import { statusTable, worstLevel } from './status.js'

const windows = { '1 h': 1, '6 h': 6, '24 h': 24, '7 d': 168, '30 d': 720 }
const verdicts = {
  critical: 'Critical',
  error: 'Error',
  warning: 'Warning',
  info: 'Notice',
}

let hours = Number(new URLSearchParams(location.search).get('hours')) || 24
let refreshMs = 10_000
let lastAnswerAt = Date.now()
let generation = 0

async function ask(path) {
  const response = await fetch(path, { cache: 'no-store' })
  if (!response.ok) throw new Error(`the recorder answered ${response.status}`)
  return response.json()
}

async function refresh() {
  const own = ++generation
  try {
    const data = await ask(`/api/dashboard?hours=${hours}`)
    if (own !== generation) return
    show(data)
    const ids = data.kpis.filter(({ id }) => data.trends[`${id}_trend`].length > 0)
    const curves = await Promise.all(ids.map(({ id }) => ask(`/api/series?kpi=${id}&hours=${hours}`)))
    if (own !== generation) return
    for (const [i, kpi] of ids.entries()) drawChart(byId('charts'), kpi, curves[i])
    lastAnswerAt = Date.now()
    byId('connection').hidden = true
  } catch (error) {
    const silent = formatDuration((Date.now() - lastAnswerAt) / 1_000)
    byId('connection').hidden = false
    byId('connection').textContent = `No new data for ${silent}: ${error.message}. Trying again.`
  }
}

function show(data) {
  const empty = data.summary.total_snapshots === 0 && data.current.length === 0
  byId('guide').hidden = !empty
  byId('trends').hidden = empty
  byId('status').hidden = empty
  byId('status-table').replaceChildren(
    data.current.length > 0
      ? statusTable(data)
      : element('p', { class: 'calm' }, 'Nothing has been reported in the last few intervals.'),
  )
  byId('open-alerts-list').replaceChildren(openAlerts(data))
  byId('recent-alerts-list').replaceChildren(alertHistory(data))
  const level = worstLevel(data)
  const age =
    data.last_instant === null
      ? 'no snapshot yet'
      : `newest snapshot ${formatDuration(data.timestamp - data.last_instant)} ago`
  const word = level ? verdicts[level] : empty ? 'Waiting for data' : 'All KPIs within their thresholds'
  byId('verdict').className = `verdict level-${empty && !level ? 'other' : known(level)}`
  byId('verdict').replaceChildren(level ? badge(level) : '', element('strong', {}, word), ` · ${age}`)
  document.title = level ? `${verdicts[level]} – Mnemoscope` : 'Mnemoscope'
}

function showWindows() {
  const links = Object.entries(windows).map(([name, value]) =>
    element('a', { href: `?hours=${value}`, ...(value === hours ? { 'aria-current': 'true' } : {}) }, name),
  )
  byId('windows').replaceChildren(...links)
}

byId('windows').addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null) return
  event.preventDefault()
  history.pushState(null, '', link.href)
  hours = Number(new URLSearchParams(location.search).get('hours')) || 24
  showWindows()
  void refresh()
})
addEventListener('popstate', () => location.reload())
addEventListener('resize', resizeCharts)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts)

async function loop() {
  if (!document.hidden) await refresh()
  setTimeout(loop, refreshMs)
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh()
})

showWindows()
try {
  const { refresh_seconds } = await ask('/api/config')
  refreshMs = refresh_seconds * 1_000
} catch {
  // The default interval does until the recorder answers again.
}
void loop()
