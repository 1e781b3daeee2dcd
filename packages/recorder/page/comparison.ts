import type { DashboardData, DashboardKpi } from './api.js'
import { byId, cell, columnHead, element, rowHead, table, tableBody } from './dom.js'
import { formatValue, valueElement } from './format.js'
import { paged, showList } from './list.js'

type Means = DashboardData['model_performance'][string]

let latest: DashboardData | undefined
let columns = ''
let body = tableBody()
const pages = paged(byId('comparison-more'), 25, () => {
  if (latest) showComparison(latest)
})

/** Each model's mean over the window, KPI by KPI, with the best of each marked. */
export function showComparison(data: DashboardData): void {
  latest = data
  const models = Object.entries(data.model_performance)
  byId('comparison').hidden = models.length === 0
  const kpis = data.kpis.filter((kpi) => models.some(([, means]) => meanOf(means, kpi) !== null))
  const shape = JSON.stringify(kpis)
  if (shape !== columns) {
    columns = shape
    body = tableBody()
    const heads = [
      columnHead('Model'),
      columnHead('Snapshots', { class: 'number' }),
      ...kpis.map(({ title }) => columnHead(title, { class: 'number' })),
    ]
    byId('comparison-list').replaceChildren(table('Mean of each KPI by model', heads, body))
  }
  const best = new Map(kpis.map((kpi) => [kpi.id, bestOf(kpi, models)]))
  pages.update(models.length, 'models')
  showList(
    body,
    models.slice(0, pages.most()).map(([model, means]) => ({
      model,
      means,
      best: kpis.map(({ id }) => id).filter((id) => best.get(id)?.has(model)),
    })),
    ({ model }) => model,
    (item) => row(item, kpis),
  )
}

function meanOf(means: Means, { id }: DashboardKpi): number | null {
  return means[`avg_${id}`] ?? null
}

/** Models with the best mean of a KPI, as far as the figures shown tell them apart; none where all are the same. */
function bestOf(kpi: DashboardKpi, models: readonly (readonly [string, Means])[]): ReadonlySet<string> {
  const known = models.flatMap(([model, means]) => {
    const value = meanOf(means, kpi)
    return value === null ? [] : [{ model, value }]
  })
  const values = known.map(({ value }) => value)
  const best = kpi.direction === 'higher_is_better' ? Math.max(...values) : Math.min(...values)
  const text = formatValue(best, kpi.unit)
  const first = known.filter(({ value }) => formatValue(value, kpi.unit) === text)
  return new Set(first.length < known.length ? first.map(({ model }) => model) : [])
}

interface Row {
  readonly model: string
  readonly means: Means
  /** KPIs in which it is the best. */
  readonly best: readonly string[]
}

function row({ model, means, best }: Row, kpis: readonly DashboardKpi[]): HTMLTableRowElement {
  return element(
    'tr',
    { role: 'row' },
    rowHead(model),
    cell('Snapshots', { class: 'number' }, valueElement(means.count, { unit: '{snapshot}' })),
    ...kpis.map((kpi) => {
      const isBest = best.includes(kpi.id)
      return cell(
        kpi.title,
        { class: `number${isBest ? ' best' : ''}` },
        valueElement(meanOf(means, kpi), kpi),
        isBest ? element('small', {}, 'best') : null,
      )
    }),
  )
}
