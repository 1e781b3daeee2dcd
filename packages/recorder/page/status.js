import { badge, element, known } from './element.js'
import { formatContext, formatValue } from './format.js'

const arrows = { improving: '↗ improving', stable: '→ stable', degrading: '↘ degrading' }
const order = ['info', 'warning', 'error', 'critical']

/** Worst level among the newest values and the alerts that fire, null where all is well. */
export function worstLevel(data) {
  const levels = [
    ...data.current.flatMap(({ kpis }) => Object.values(kpis).map(({ severity }) => severity)),
    ...data.open_alerts.map(({ level }) => level),
  ]
  return order.findLast((level) => levels.includes(level)) ?? null
}

/** One row for each model and context size, one column for each KPI; every cell says value, level and threshold. */
export function statusTable(data) {
  const columns = data.kpis.filter(({ id }) => data.current.some(({ kpis }) => kpis[id]))
  const severalServices = new Set(data.current.map(({ service }) => service)).size > 1
  const head = element(
    'tr',
    {},
    severalServices ? element('th', { scope: 'col' }, 'Service') : null,
    element('th', { scope: 'col' }, 'Model'),
    element('th', { scope: 'col', class: 'number' }, 'Context'),
    ...columns.map((kpi) => columnHead(kpi, data.trends[`${kpi.id}_direction`])),
  )
  const rows = data.current.map((snapshot) =>
    element(
      'tr',
      {},
      severalServices ? element('td', {}, snapshot.service) : null,
      element('th', { scope: 'row' }, snapshot.model),
      element('td', { class: 'number' }, formatContext(snapshot.context_size)),
      ...columns.map((kpi) => cell(kpi, snapshot.kpis[kpi.id])),
    ),
  )
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))
}

function columnHead({ title, description }, direction) {
  return element(
    'th',
    { scope: 'col', class: 'number', title: description },
    title,
    element('small', { class: `trend trend-${direction}` }, arrows[direction] ?? ''),
  )
}

function cell(kpi, current) {
  if (!current || current.value === null) {
    const seen = current?.samples ? `only ${Math.round(current.samples)} measurements yet` : 'no data'
    return element('td', { class: 'number unknown' }, '–', element('small', {}, seen))
  }
  const threshold = current.thresholds[current.severity ?? 'warning']
  const sign = kpi.direction === 'higher_is_better' ? '≤' : '≥'
  const limit =
    threshold === undefined
      ? ''
      : `${current.severity ? '' : 'warns at '}${sign} ${formatValue(threshold, kpi.unit)}`
  return element(
    'td',
    { class: `number cell level-${known(current.severity)}` },
    element('strong', {}, formatValue(current.value, kpi.unit)),
    current.severity ? badge(current.severity) : null,
    element('small', {}, limit),
  )
}
