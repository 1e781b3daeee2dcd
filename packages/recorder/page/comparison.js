import { byId, cell, columnHead, element, table } from './element.js'
import { formatValue, valueElement } from './format.js'
import { showList } from './keyed.js'
import { paged } from './more.js'

let latest
let columns = ''
let body
const pages = paged(byId('comparison-more'), 25, () => showComparison(latest))

/** Each model's mean over the window, KPI by KPI, with the best of each marked. */
export function showComparison(data) {
  latest = data
  const models = Object.entries(data.model_performance)
  byId('comparison').hidden = models.length < 2
  const kpis = data.kpis.filter(({ id }) => models.some(([, means]) => means[`avg_${id}`] !== null))
  const shape = JSON.stringify(kpis)
  if (shape !== columns) {
    columns = shape
    body = element('tbody', { role: 'rowgroup' })
    const heads = [columnHead('Model'), columnHead('Snapshots', { class: 'number' })]
    byId('comparison-list').replaceChildren(
      table(
        'Mean of each KPI by model',
        [...heads, ...kpis.map(({ title }) => columnHead(title, { class: 'number' }))],
        body,
      ),
    )
  }
  const best = new Map(kpis.map((kpi) => [kpi.id, bestOf(kpi, models)]))
  pages.update(models.length, 'models')
  showList(
    body,
    models.slice(0, pages.most()).map(([model, means]) => ({
      model,
      means,
      best: kpis.map(({ id }) => id).filter((id) => best.get(id).has(model)),
    })),
    ({ model }) => model,
    (item) => row(item, kpis),
  )
}

/** Models with the best mean of a KPI, as far as the figures shown tell them apart; none where all are the same. */
function bestOf({ id, direction, unit }, models) {
  const known = models.filter(([, means]) => means[`avg_${id}`] !== null)
  const values = known.map(([, means]) => means[`avg_${id}`])
  const best = formatValue(direction === 'higher_is_better' ? Math.max(...values) : Math.min(...values), unit)
  const first = known.filter(([, means]) => formatValue(means[`avg_${id}`], unit) === best)
  return new Set(first.length < known.length ? first.map(([model]) => model) : [])
}

function row({ model, means, best }, kpis) {
  return element(
    'tr',
    { role: 'row' },
    element('th', { scope: 'row', role: 'rowheader' }, model),
    cell('Snapshots', { class: 'number' }, valueElement(means.count, { unit: '{snapshot}' })),
    ...kpis.map((kpi) =>
      cell(
        kpi.title,
        { class: `number${best.includes(kpi.id) ? ' best' : ''}` },
        valueElement(means[`avg_${kpi.id}`], kpi),
        best.includes(kpi.id) ? element('small', {}, 'best') : null,
      ),
    ),
  )
}
