import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Pool } from 'pg'
import { expandSql } from '../dashboards/expand.js'
import { figure, firstAndMedian, progress } from './figures.js'

const folder = fileURLToPath(new URL('../../grafana/dashboards/', import.meta.url))
const looks = 5

interface Target {
  readonly rawSql?: string
}

interface Panel {
  readonly title: string
  readonly targets?: readonly Target[]
  readonly maxDataPoints?: number
  readonly panels?: readonly Panel[]
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: readonly { readonly name: string; readonly target?: Target }[] }
}

/**
 * Every SQL query of every Grafana dashboard over all the time there is, everything selected, each look at another window. One
 * figure for each dashboard.
 */
export async function measurePanels(pool: Pool, { from, to }: { from: Date; to: Date }): Promise<void> {
  progress('asking what every panel of Grafana asks …')
  for (const file of readdirSync(folder)) {
    const slowest = { median: 0, first: 0, title: '' }
    let count = 0
    for (const { title, sql, maxDataPoints } of queriesOf(
      JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Dashboard,
    )) {
      let windows = 0
      const time = await firstAndMedian(() => {
        const since = new Date(from.getTime() + 36_000 * windows++)
        const expanded = expandSql(sql, {
          ...{ from: since, to, window: '1h', leastInterval: 15, maxDataPoints: maxDataPoints ?? 1_000 },
          selection: { job: 'All', instance: 'All', model: 'All', context_size: 'All', operation: 'All' },
        })
        return pool.query(expanded)
      }, looks)
      count++
      if (time.median > slowest.median) Object.assign(slowest, time, { title })
    }
    if (count === 0) continue
    const name = `Grafana ${file.replace('.json', '')}, slowest of ${count} queries (${slowest.title})`
    progress(`  ${slowest.title}: first look ${Math.round(slowest.first)} ms`)
    figure(name, slowest.median, 'ms', { atMost: 200 })
  }
}

function queriesOf({
  panels,
  annotations,
}: Dashboard): { title: string; sql: string; maxDataPoints?: number }[] {
  const asked = annotations.list.map(({ name, target }) => ({
    title: name,
    sql: target?.rawSql,
    maxDataPoints: undefined,
  }))
  const shown = panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets = [], maxDataPoints }) =>
      targets.map(({ rawSql }) => ({ title, sql: rawSql, maxDataPoints })),
    )
  return [...asked, ...shown].flatMap(({ title, sql, maxDataPoints }) =>
    sql === undefined ? [] : [{ title, sql, ...(maxDataPoints === undefined ? {} : { maxDataPoints }) }],
  )
}
