import { createHash } from 'node:crypto'
import type { DashboardLink } from './schema.js'
import { placeVariableNames, variable } from './variables.js'

/** Fixed uids of the dashboards; Grafana allows 40 characters. */
export const dashboardUid = {
  overview: 'mnemoscope-overview',
  modelComparison: 'mnemoscope-model-comparison',
  alertHistory: 'mnemoscope-alert-history',
  pipelineHealth: 'mnemoscope-pipeline-health',
  /** Drill-down of a KPI, by its id; one that is too long is cut, and its hash keeps it unique. */
  kpi: (id: string) => `${kpiUidPrefix}${id.length > longestId ? shortened(id) : id}`,
} as const

const kpiUidPrefix = 'mnemoscope-kpi-'
const longestId = 40 - kpiUidPrefix.length
const kept = 16

function shortened(id: string): string {
  return `${id.slice(0, kept)}-${createHash('md5').update(id).digest('hex').slice(0, 8)}`
}

/** SQL expression for the uid of the dashboard that shows a row's KPI; for alerts of the pipeline its own. */
export function dashboardUidSql(kpi: string): string {
  return (
    `CASE WHEN ${kpi} IS NULL THEN '${dashboardUid.pipelineHealth}'` +
    ` WHEN length(${kpi}) > ${longestId}` +
    ` THEN '${kpiUidPrefix}' || left(${kpi}, ${kept}) || '-' || left(md5(${kpi}), 8)` +
    ` ELSE '${kpiUidPrefix}' || ${kpi} END`
  )
}

/** A link in a field's menu, as Grafana's field configuration has it. */
export interface DataLink {
  readonly title: string
  readonly url: string
  readonly targetBlank: boolean
}

/** Link to a dashboard for the same time range and selection. */
export function dashboardLink(title: string, uid: string): DataLink {
  const chosen = placeVariableNames.map((name) => `\${${name}:queryparam}`)
  return { title, url: `/d/${uid}?${[timeRange, ...chosen].join('&')}`, targetBlank: false }
}

/** Link from a row to its trace. @param template `endpoints.traces` */
export function traceLink(template: string): DataLink {
  const field = (name: string) => `\${__data.fields["${name}"]}`
  const url = template.replaceAll('{traceId}', field('trace_id')).replaceAll('{spanId}', field('span_id'))
  return { title: 'Trace', url, targetBlank: true }
}

/** Where a row of a table says that it was measured: fields by the name of the variable they set. */
export interface PlaceFields {
  readonly service: string
  readonly model: string
  readonly contextSize: string
  readonly operation: string
}

/**
 * Link from a row to a dashboard, narrowed to the row's place.
 * @param uid the dashboard's, or the field that holds it: `{ field: 'dashboard' }`
 */
export function rowLink(title: string, uid: string | { field: string }, fields: PlaceFields): DataLink {
  const place = [
    [variable.service, fields.service],
    [variable.model, fields.model],
    [variable.contextSize, fields.contextSize],
    [variable.operation, fields.operation],
  ].map(([name, field]) => `var-${name}=${fieldValue(field as string)}`)
  const path = typeof uid === 'string' ? uid : fieldValue(uid.field)
  return { title, url: `/d/${path}?${[timeRange, ...place].join('&')}`, targetBlank: false }
}

/** Link from a series to a dashboard, narrowed to the series' place by its labels. */
export function seriesLink(title: string, uid: string): DataLink {
  const place = placeVariableNames.map((label) => `var-${label}=\${__field.labels.${label}:percentencode}`)
  return { title, url: `/d/${uid}?${[timeRange, ...place].join('&')}`, targetBlank: false }
}

/** Link to a page outside of Grafana. */
export function pageLink(title: string, url: string): DataLink {
  return { title, url, targetBlank: true }
}

const timeRange = `\${__url_time_range}`

function fieldValue(field: string): string {
  return `\${__data.fields["${field}"]:percentencode}`
}

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
