import { config } from '../seed/story.js'

/** Every KPI of the story. */
export const kpis = Object.values(config.kpis)

/** The name of a KPI's own dashboard. */
export const drillDown = (id: string) => `kpi-${id.replaceAll('_', '-')}`

/** Ids by the titles that views show. */
export const idOfTitle: ReadonlyMap<string, string> = new Map(kpis.map(({ title, id }) => [title, id]))

/** SQL: the KPI's worst value of a group. */
export const worstOfKpi = `CASE WHEN kpi IN (${kpis
  .filter(({ direction }) => direction === 'higher_is_better')
  .map(({ id }) => `'${id}'`)
  .join(', ')}) THEN min(value) ELSE max(value) END`
