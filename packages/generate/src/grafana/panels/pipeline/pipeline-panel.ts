import { type Config, names } from '@mnemoscope/kpi'
import { runbookUrl } from '../../../annotations.js'
import { aggregate, histogramQuantile, type Matcher, over, select } from '../../../promql.js'
import { type DataLink, pageLink } from '../../links.js'

/** Series of a name from the selected jobs and instances. */
export function fromTargets(name: string, further: readonly Matcher[] = []): string {
  const { job, instance } = names.label
  const chosen = (label: string): Matcher => ({ label, operator: '=~', value: `$${label}` })
  return select(name, [chosen(job), chosen(instance), ...further])
}

/** How much a counter of the selected targets grew between two points of a chart. */
export function grown(name: string, further: readonly Matcher[] = []): string {
  return over('increase', fromTargets(name, further), '$__rate_interval')
}

/** The 95th percentile of what a histogram of the selected targets counted between two points of a chart, by labels. */
export function percentile95(histogram: string, by: readonly string[]): string {
  const rates = over('rate', fromTargets(`${histogram}_bucket`), '$__rate_interval')
  return histogramQuantile(0.95, aggregate('sum', [...by, 'le'], rates))
}

/** The runbook of one of the pipeline's own alerts, by its page. */
export function pipelineRunbook(config: Config, page: string): DataLink {
  return pageLink('Runbook', runbookUrl(config, page))
}
