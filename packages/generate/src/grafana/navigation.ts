import { dashboardUid } from './links.js'
import type { DashboardLink } from './schema.js'

/** Tag of every generated dashboard. */
export const tag = 'mnemoscope'

/** Tag of every KPI's drill-down, by which the other dashboards list them. */
export const kpiTag = 'mnemoscope-kpi'

/**
 * Links from a dashboard to the others, for the same time range. The selection goes along, except to and from the
 * pipeline's health: there a job may be one that measures nothing.
 * @param ofPlaces whether the dashboard has the variables of a place. Default true.
 */
export function navigation({ uid, ofPlaces = true }: { uid: string; ofPlaces?: boolean }): DashboardLink[] {
  const pages = [
    { title: 'Overview', uid: dashboardUid.overview, includeVars: ofPlaces },
    { title: 'Models', uid: dashboardUid.modelComparison, includeVars: ofPlaces },
    { title: 'Alerts', uid: dashboardUid.alertHistory, includeVars: ofPlaces },
    { title: 'Pipeline', uid: dashboardUid.pipelineHealth, includeVars: false },
  ]
  return [
    ...pages
      .filter((page) => page.uid !== uid)
      .map(
        (page): DashboardLink => ({ ...common, ...page, type: 'link', url: `/d/${page.uid}`, tooltip: '' }),
      )
      .map(({ uid: _, ...link }: DashboardLink & { uid?: string }) => link),
    {
      ...common,
      type: 'dashboards',
      title: 'KPIs',
      tooltip: 'Each KPI in detail',
      tags: [kpiTag],
      asDropdown: true,
      includeVars: ofPlaces,
    },
  ]
}

const common = { tags: [], asDropdown: false, keepTime: true, targetBlank: false, icon: 'dashboard' }
