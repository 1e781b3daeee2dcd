import { durationSeconds } from '@mnemoscope/kpi'
import { dashboards } from '../../packages/generate/src/grafana/grafana-files.js'
import type { Target } from '../../packages/generate/src/grafana/query.js'
import type { Dashboard, Panel } from '../../packages/generate/src/grafana/schema.js'
import { panelsOf, targetsOf } from '../../packages/generate/test/grafana/linter.js'
import type { Look, Selection } from './expand.js'
import { config, end, minute } from './seed/story.js'

/** Every dashboard of the story's configuration, by its name. */
export const all: ReadonlyMap<string, Dashboard> = new Map(dashboards(config))

/** A query of a panel of a dashboard. */
export interface Asked {
  readonly dashboard: string
  readonly panel: Panel
  readonly target: Target
}

/** Every query of every panel. */
export const queries: readonly Asked[] = [...all].flatMap(([dashboard, json]) =>
  panelsOf(json).flatMap((panel) => targetsOf(panel).map((target) => ({ dashboard, panel, target }))),
)

/** The query of a panel by its title and, where there are several, by its name. */
export function queryOf(dashboard: string, title: string, refId?: string): Asked {
  const found = queries.filter(
    (each) =>
      each.dashboard === dashboard &&
      each.panel.title === title &&
      (refId === undefined || each.target.refId === refId),
  )
  if (found.length !== 1) throw new Error(`${found.length} queries ${refId ?? ''} in ${dashboard}: ${title}`)
  return found[0] as Asked
}

/** Everything selected, over the story's last two hours. */
export function look(selection: Selection = {}, panel?: Pick<Panel, 'maxDataPoints'>): Look {
  return {
    from: new Date(end.getTime() - 120 * minute),
    to: end,
    selection: {
      job: 'All',
      instance: 'All',
      model: 'All',
      context_size: 'All',
      operation: 'All',
      ...selection,
    },
    window: '1h',
    maxDataPoints: panel?.maxDataPoints ?? 1_000,
    leastInterval: durationSeconds(config.scrapeInterval),
  }
}
