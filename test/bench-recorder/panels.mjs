import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import { figure, firstAndMedian, progress } from './figures.mjs'

const folder = fileURLToPath(new URL('../../grafana/dashboards/', import.meta.url))
const { expandSql } = await createJiti(import.meta.url).import('../dashboards/expand.ts')
const looks = 5

/** Every SQL query of every Grafana dashboard over the whole time, everything selected. One figure for each dashboard. */
export async function measurePanels(pool, { from, to }) {
  progress('asking what every panel of Grafana asks …')
  for (const file of readdirSync(folder)) {
    const slowest = { median: 0, first: 0, title: '' }
    let count = 0
    for (const { title, sql, maxDataPoints } of queriesOf(
      JSON.parse(readFileSync(`${folder}${file}`, 'utf8')),
    )) {
      const look = {
        ...{ from, to, window: '1h', leastInterval: 15, maxDataPoints: maxDataPoints ?? 1_000 },
        selection: { job: 'All', instance: 'All', model: 'All', context_size: 'All' },
      }
      const expanded = expandSql(sql, look)
      const time = await firstAndMedian(() => pool.query(expanded), looks)
      count++
      if (time.median > slowest.median) Object.assign(slowest, time, { title })
    }
    if (count === 0) continue
    const name = `Grafana ${file.replace('.json', '')}, slowest of ${count} queries (${slowest.title})`
    progress(`  ${slowest.title}: first look ${Math.round(slowest.first)} ms`)
    figure(name, slowest.median, 'ms', { atMost: 300 })
  }
}

function queriesOf({ panels, annotations }) {
  const asked = annotations.list.map(({ name, target }) => ({ title: name, sql: target?.rawSql }))
  const shown = panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets = [], maxDataPoints }) =>
      targets.map(({ rawSql }) => ({ title, sql: rawSql, maxDataPoints })),
    )
  return [...asked, ...shown].filter(({ sql }) => typeof sql === 'string')
}
