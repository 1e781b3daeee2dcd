import { type Config, isRunbookAddress, type Kpi, names, unitInWords } from '@mnemoscope/kpi'
import { dashboardUid } from './grafana/links.js'

/**
 * Where an alert leads: the page that says what to do, and the place that shows it. That is the KPI's dashboard with
 * Grafana, and the page without.
 */
export function links(config: Config, runbook: string, kpi?: Kpi): Record<string, string> {
  const { grafana } = config.endpoints
  return {
    runbook_url: literally(runbookUrl(config, runbook)),
    dashboard_url: grafana === undefined ? ofPage(pageAddress(config), kpi) : ofGrafana(grafana, kpi),
  }
}

/** Address of a page that says what to do: an http address as it is, any other below the prefix of such links. */
export function runbookUrl(config: Config, runbook: string): string {
  return isRunbookAddress(runbook) ? runbook : runbookBase(config) + runbook
}

/** Prefix of runbook links: as configured, else the page, which has them without a network. */
export function runbookBase(config: Config): string {
  return config.alerting.runbookBaseUrl ?? `${pageAddress(config)}/runbooks/`
}

/** Address of the page: as people reach it where that is set, else as machines do. */
function pageAddress({ endpoints }: Config): string {
  return withoutSlash(endpoints.page ?? endpoints.recorder)
}

/**
 * Address of the page that a message can lead to. Undefined if only this machine can open it and no setting says that
 * people are there: a dead link is worse than none.
 */
export function pageFor(config: Config): string | undefined {
  const { page, recorder } = config.endpoints
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(recorder).hostname)
  return page === undefined && isHere ? undefined : pageAddress(config)
}

/** https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/create-dashboard-url-variables/ */
function ofGrafana(url: string, kpi: Kpi | undefined): string {
  const uid = kpi === undefined ? dashboardUid.pipelineHealth : dashboardUid.kpi(kpi.id)
  return `${withoutSlash(url)}/d/${uid}${kpi === undefined ? '' : `?${place('var-')}`}`
}

function ofPage(url: string, kpi: Kpi | undefined): string {
  return `${url}/${kpi === undefined ? '' : `?kpi=${kpi.id}&${place('')}`}`
}

/** The place that an alert is about, filled in by Prometheus. The dashboards' variables are named after labels. */
function place(prefix: string): string {
  return names.seriesLabels.map((name) => `${prefix}${name}={{ $labels.${name} | urlquery }}`).join('&')
}

/** What an alert is about, filled in by Prometheus: `gpt-4o (search)`, or `gpt-4o` where the metric has no operation. */
export const modelAndOperation = '{{ $labels.model }}{{ with $labels.operation }} ({{ . }}){{ end }}'

/** A sentence for the end of a description: whose operations they are, where they are not those of users. */
export const artificialTrafficNote =
  `{{ if match ${JSON.stringify(names.artificialTrafficPattern)} $labels.operation }}` +
  ' These operations are of a probe or a benchmark, not of users.{{ end }}'

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/** Prometheus template that shows an alert's value in a KPI's unit: `{{ $value | humanizeDuration }}`. */
export function humanized(unit: string): string {
  switch (unit) {
    case 's':
      return '{{ $value | humanizeDuration }}'
    case 'By':
      return '{{ $value | humanize1024 }}B'
    case '1':
      return '{{ printf "%.3f" $value }}'
    default:
      return `{{ $value | humanize }} ${unitInWords(unit)}`
  }
}

/** Text of the configuration as a Prometheus template shows it unchanged, also with braces in it. */
export function literally(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}')
}
