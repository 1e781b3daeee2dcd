import { isQuantile, type Kpi } from '@mnemoscope/kpi'
import { dashboards } from '../../packages/generate/src/grafana/grafana-files.js'
import { panelsOf, targetsOf } from '../../packages/generate/test/grafana/linter.js'
import { expandSql, type Look as GrafanaLook } from '../dashboards/expand.js'
import type { Book, Known, Showing } from './book.js'
import { figuresOf } from './known-rows.js'
import type { Checked, Look } from './look.js'
import { config } from './traffic.js'
import { exactly, type KnownRow, type Range } from './truth.js'
import { grouped, placeKey, seriesKey, totalsOf } from './window.js'

type Row = Readonly<Record<string, unknown>>

/** Compares what the SQL of the dashboards gives, as Grafana asks it. */
export async function checkDashboards(checked: Checked, book: Book): Promise<void> {
  const { running, looks, time } = checked
  const all = new Map(dashboards(config))
  for (const look of Object.values(looks)) {
    const ask = async (dashboard: string, title: string) => {
      const found = panelsOf(all.get(dashboard) as never)
        .filter((panel) => panel.title === title)
        .flatMap((panel) => targetsOf(panel).map((target) => ({ target, panel })))
      const [first] = found
      if (first === undefined) throw new Error(`${dashboard} has no ${title}`)
      const sql = expandSql(String(first.target.rawSql), grafanaLook(look))
      const description = 'description' in first.panel ? String(first.panel.description ?? '') : ''
      return { rows: (await running.pool.query<Row>(sql)).rows, meaning: description }
    }
    const compared = await ask('model-comparison', 'Mean of each KPI, by model, context size and operation')
    const ids = Object.keys(config.kpis)
    const judged = Object.values(config.kpis).filter(({ statistic }) => isQuantile(statistic))
    book.compare(
      'dashboards, model comparison',
      compared.rows.flatMap((row) =>
        [...ids, ...judged.map(columnOf), 'snapshots'].map((name) => ({
          of: `${name} ${keyOf(row)}`,
          value: row[name] === null ? null : Number(row[name]),
          meaning: compared.meaning,
        })),
      ),
      comparisonOf(look, ids, judged),
    )
    for (const kpi of Object.values(config.kpis)) {
      const worst = await ask(`kpi-${kpi.id.replaceAll('_', '-')}`, `Worst snapshots of ${kpi.title}`)
      const known = new Map<string, number | Range | null>()
      for (const row of look.rows.filter((each) => each.kpi === kpi))
        for (const [name, value] of Object.entries({
          value: row.value ?? null,
          ...figuresOf(kpi, row.values),
        }))
          known.set(`${name} ${seriesKey(row)} ${time.start + row.minute * 60}`, value)
      const columns = ['value', 'p50', 'p95', 'p99', 'samples'].filter(
        (name) => name in (worst.rows[0] ?? {}),
      )
      book.compare(
        'dashboards, worst snapshots',
        worst.rows.flatMap((row) =>
          columns.map((name) => ({
            of: `${name} ${keyOf(row)} ${(row.at as Date).getTime() / 1_000}`,
            value: row[name] === null ? null : Number(row[name]),
            meaning: worst.meaning,
          })),
        ),
        known,
        'isPart',
      )
    }
    await checkAlerts(look, ask, checked, book)
  }
}

const keyOf = (row: Row) => [row.service, row.model, row.context_size, row.operation].join(' ')

function grafanaLook({ from, to }: Look): GrafanaLook {
  return {
    from,
    to,
    selection: { job: 'All', instance: 'All', model: 'All', context_size: 'All', operation: 'All' },
    window: '1h',
    maxDataPoints: 1_000,
    leastInterval: 15,
  }
}

/** The column of the quantile that a KPI is judged by. */
const columnOf = ({ id, statistic }: Kpi) => `${id}_${statistic}`

function comparisonOf({ rows }: Look, ids: readonly string[], judged: readonly Kpi[]): Known {
  return new Map(
    [...grouped(rows, seriesKey)].flatMap(([place, own]): [string, number | Range | null][] => [
      [`snapshots ${place}`, new Set(own.map(({ minute }) => minute)).size],
      ...ids.map((id): [string, Range | null] => [
        `${id} ${place}`,
        totalsOf(own.filter((row) => row.kpi.id === id)).mean,
      ]),
      ...judged.map((kpi): [string, Range | null] => [
        `${columnOf(kpi)} ${place}`,
        totalsOf(own.filter((row) => row.kpi.id === kpi.id)).quantile,
      ]),
    ]),
  )
}

/** How often alerts fired, for how long, and how soon they were over. */
async function checkAlerts(
  { from, to }: Look,
  ask: (dashboard: string, title: string) => Promise<{ rows: readonly Row[]; meaning: string }>,
  { truth, time }: Checked,
  book: Book,
): Promise<void> {
  const [since, until] = [from.getTime() / 1_000 - time.start, to.getTime() / 1_000 - time.start]
  const fired = truth.alerts.filter(
    (alert) => alert.from <= until && (alert.to ?? Number.POSITIVE_INFINITY) >= since,
  )
  const levels = await ask('alert-history', 'Episodes and time to recover')
  const known = new Map<string, number | Range | null>()
  for (const [level, own] of grouped(
    fired as unknown as KnownRow[],
    (alert) => (alert as unknown as { severity: string }).severity,
  )) {
    const alerts = own as unknown as typeof fired
    const lengths = alerts.flatMap((alert) => (alert.to === undefined ? [] : [alert.to - alert.from]))
    known.set(`episodes ${level}`, alerts.length)
    known.set(`open ${level}`, alerts.filter((alert) => alert.to === undefined).length)
    known.set(
      `firing ${level}`,
      exactly(
        alerts.reduce(
          (sum, alert) => sum + Math.min(alert.to ?? until, until) - Math.max(alert.from, since),
          0,
        ),
      ),
    )
    known.set(
      `mean_recovery ${level}`,
      lengths.length === 0 ? null : lengths.reduce((a, b) => a + b, 0) / lengths.length,
    )
    const sorted = lengths.toSorted((a, b) => a - b)
    const middle = (sorted.length - 1) / 2
    known.set(
      `median_recovery ${level}`,
      sorted.length === 0 ? null : ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2,
    )
  }
  const columns = ['episodes', 'open', 'firing', 'mean_recovery', 'median_recovery']
  book.compare(
    'dashboards, alerts',
    levels.rows.flatMap((row) =>
      columns.map(
        (name): Showing => ({
          of: `${name} ${row.severity}`,
          value: row[name] === null ? null : Number(row[name]),
          meaning: levels.meaning || name,
        }),
      ),
    ),
    known,
  )
  const most = await ask('alert-history', 'What fires most')
  book.compare(
    'dashboards, alerts',
    most.rows.flatMap((row) =>
      ['episodes', 'firing'].map((name) => ({
        of: `${name} ${row.kpi} ${keyOf(row)}`,
        value: Number(row[name]),
        meaning: most.meaning || name,
      })),
    ),
    new Map(
      [...grouped(fired as unknown as KnownRow[], placeKey)].flatMap(
        ([key, own]): [string, number | Range][] => {
          const alerts = own as unknown as typeof fired
          const firing = alerts.reduce(
            (sum, alert) => sum + Math.min(alert.to ?? until, until) - Math.max(alert.from, since),
            0,
          )
          return [
            [`episodes ${key}`, alerts.length],
            [`firing ${key}`, exactly(firing)],
          ]
        },
      ),
    ),
  )
}
