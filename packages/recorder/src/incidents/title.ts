import { type Config, severities } from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'

/** What a title says of an alert episode. */
export interface Titled {
  readonly service: string | null
  readonly kpi: string | null
  readonly alertname: string
  readonly severity: string | null
  /** Whether it proved to be a part of the episode before it, so that it is no alert of its own. */
  readonly isMergedAway: boolean
}

const mostServices = 2
const mostSubjects = 2

/**
 * What an incident is about, such as `memory-api: F1 score and Latency, 3 alerts`: its services, its KPIs with the worst first
 * (alerts without KPI by their name), and how many alerts it has.
 * @param episodes in the order in which they began
 */
export function titleOf(episodes: readonly Titled[], kpis: Config['kpis']): string {
  const own = episodes.filter(({ isMergedAway }) => !isMergedAway)
  const alerts = own.length === 0 ? episodes : own
  const services = [...new Set(alerts.flatMap(({ service }) => service ?? []))]
  const worstFirst = alerts.toSorted((a, b) => levelOf(b) - levelOf(a))
  const subjects = [...new Set(worstFirst.map((episode) => subjectOf(episode, kpis)))]
  const where = services.length === 0 ? 'Pipeline' : listed(services, mostServices)
  const count = alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`
  return `${where}: ${listed(subjects, mostSubjects)}, ${count}`
}

function subjectOf({ kpi, alertname }: Titled, kpis: Config['kpis']): string {
  const known = kpiOf(kpis, kpi)
  if (known !== undefined) return known.title
  return kpi ?? sentenceOf(alertname)
}

/** `MnemoscopeTargetDown` as people say it: `Target down`. */
function sentenceOf(alertname: string): string {
  const words = alertname.replace(/^Mnemoscope(?=[A-Z])/, '').replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
  return words.slice(0, 1) + words.slice(1).replaceAll(/ [A-Z](?=[a-z])/g, (start) => start.toLowerCase())
}

function listed(names: readonly string[], most: number): string {
  const more = names.length - most
  if (more > 0) return `${names.slice(0, most).join(', ')} and ${more} more`
  return names.join(' and ')
}

function levelOf({ severity }: Titled): number {
  return (severities as readonly (string | null)[]).indexOf(severity)
}
