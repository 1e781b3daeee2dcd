import type { DashboardData, DashboardKpi } from './api.js'
import { byId, cell, columnHead, element, rowHead, table, tableBody } from './dom.js'
import { formatValue, valueElement } from './format.js'
import { paged, showList } from './list.js'

type Compared = DashboardData['operation_performance'][number]

let latest: DashboardData | undefined
let columns = ''
let body = tableBody()
const pages = paged(byId('comparison-more'), 25, () => {
  if (latest) showComparison(latest)
})

/**
 * Each model's mean over the window, operation by operation and KPI by KPI, with the best of each marked and what each is
 * of below it.
 */
export function showComparison(data: DashboardData): void {
  latest = data
  const compared = data.operation_performance
  byId('comparison').hidden = compared.length === 0
  const kpis = data.kpis.filter((kpi) => compared.some((each) => meanOf(each, kpi) !== null))
  const hasOperations = compared.some(({ operation }) => operation !== '')
  const shape = JSON.stringify([hasOperations, kpis])
  if (shape !== columns) {
    columns = shape
    body = tableBody()
    const heads = [
      columnHead('Model'),
      ...(hasOperations ? [columnHead('Operation')] : []),
      columnHead('Snapshots', { class: 'number' }),
      ...kpis.map(({ title }) => columnHead(title, { class: 'number' })),
    ]
    byId('comparison-list').replaceChildren(table('Mean of each KPI by model and operation', heads, body))
  }
  const best = new Map(kpis.map((kpi) => [kpi.id, bestOf(kpi, compared)]))
  pages.update(compared.length, 'rows')
  showList(
    body,
    compared.slice(0, pages.most()).map((each) => ({
      each,
      best: kpis.map(({ id }) => id).filter((id) => best.get(id)?.has(each)),
    })),
    ({ each: { model, operation } }) => JSON.stringify([model, operation]),
    (item) => row(item, kpis, hasOperations),
  )
}

function meanOf({ figures }: Compared, { id }: DashboardKpi): number | null {
  return figures[`avg_${id}`] ?? null
}

/**
 * The best mean of a KPI among the models of each operation, as far as the figures shown tell them apart; none where all
 * are the same. Different operations are not compared.
 */
function bestOf(kpi: DashboardKpi, compared: readonly Compared[]): ReadonlySet<Compared> {
  const operations = [...new Set(compared.map(({ operation }) => operation))]
  return new Set(
    operations.flatMap((operation) =>
      bestModels(
        kpi,
        compared.filter((each) => each.operation === operation),
      ),
    ),
  )
}

function bestModels(kpi: DashboardKpi, models: readonly Compared[]): Compared[] {
  // What a process holds says nothing of one of its models.
  if (kpi.is_reading) return []
  const known = models.flatMap((each) => {
    const value = meanOf(each, kpi)
    return value === null ? [] : [{ each, value }]
  })
  const values = known.map(({ value }) => value)
  const best = kpi.direction === 'higher_is_better' ? Math.max(...values) : Math.min(...values)
  const text = formatValue(best, kpi.unit)
  const first = known.filter(({ value }) => formatValue(value, kpi.unit) === text)
  return first.length < known.length ? first.map(({ each }) => each) : []
}

interface Row {
  readonly each: Compared
  /** KPIs in which it is the best. */
  readonly best: readonly string[]
}

function row(
  { each, best }: Row,
  kpis: readonly DashboardKpi[],
  hasOperations: boolean,
): HTMLTableRowElement {
  return element(
    'tr',
    { role: 'row' },
    rowHead(each.model),
    hasOperations ? cell('Operation', {}, each.operation) : null,
    cell('Snapshots', { class: 'number' }, valueElement(each.figures.count ?? null, { unit: '{snapshot}' })),
    ...kpis.map((kpi) => {
      const isBest = best.includes(kpi.id)
      return cell(
        kpi.title,
        { class: `number${isBest ? ' best' : ''}` },
        valueElement(meanOf(each, kpi), kpi),
        isBest ? element('small', {}, 'best') : null,
        element('small', {}, each.figures_of[`avg_${kpi.id}`] ?? ''),
        ...quantileOf(each, kpi),
      )
    }),
  )
}

/** A KPI's quantile of all operations below the mean, with what it is of; nothing for one that is not judged by a quantile. */
function quantileOf({ figures, figures_of: of }: Compared, kpi: DashboardKpi): HTMLElement[] {
  const [value, text] = [figures[`quantile_${kpi.id}`] ?? null, of[`quantile_${kpi.id}`]]
  if (value === null || text === undefined) return []
  return [element('small', {}, valueElement(value, kpi), ` ${text}`)]
}
