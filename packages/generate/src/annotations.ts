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
export function humanized({ unit, range }: Pick<Kpi, 'unit' | 'range'>): string {
  switch (unit) {
    case 's':
      return '{{ $value | humanizeDuration }}'
    case 'By':
      return '{{ $value | humanize1024 }}B'
    case '1':
      return numberText('%.3f', range)
    default:
      return `${shortNumber('%.3g', 1)} ${unitInWords(unit)}`
  }
}

/** Prometheus template that shows an alert's value without a unit: a share with three decimals, a large number as `12.5k`. */
export function numberText(format: string, { max }: Kpi['range']): string {
  const isShare = max <= 1
  return isShare ? `{{ printf ${JSON.stringify(format)} $value }}` : shortNumber(format, 1_000)
}

/**
 * Prometheus's short form, `12.5k`, for values that are far enough from 0; it would write 0.05 as `50m`, which people read
 * as 50 of something.
 * @param format of nearer ones
 */
function shortNumber(format: string, from: number): string {
  const isNear = `and (lt $value ${from.toFixed(1)}) (gt $value -${from.toFixed(1)})`
  return `{{ if ${isNear} }}{{ printf ${JSON.stringify(format)} $value }}{{ else }}{{ $value | humanize }}{{ end }}`
}

/** Text of the configuration as a Prometheus template shows it unchanged, also with braces in it. */
export function literally(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}')
}
