import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { type Endpoint, endpoint } from './endpoint.js'

/** The longest that Prometheus waits for a scrape. */
const longestScrape = '10s'

/**
 * Content of prometheus.yml.
 * @param rules pattern of the rule files, relative to it, so that the folder can be moved and mounted anywhere
 */
export function prometheusConfig(config: Config, rules = 'rules/*.yml'): object {
  const { prometheus, alertmanager, recorder } = config.endpoints
  const { scrapeInterval } = config
  const isShort = durationSeconds(scrapeInterval) < durationSeconds(longestScrape)
  return {
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: isShort ? scrapeInterval : longestScrape,
      evaluation_interval: config.alertCheckInterval,
    },
    rule_files: [rules],
    alerting: { alertmanagers: [alertmanagerTarget(endpoint(alertmanager))] },
    scrape_configs: [
      ...config.services.map(({ name, targets }) => ({
        job_name: name,
        static_configs: [{ targets: [...targets] }],
      })),
      scrapeJob(names.pipelineJob.recorder, endpoint(recorder)),
      scrapeJob(names.pipelineJob.prometheus, endpoint(prometheus)),
      scrapeJob(names.pipelineJob.alertmanager, endpoint(alertmanager)),
    ],
  }
}

function alertmanagerTarget({ scheme, address, path }: Endpoint): object {
  return { scheme, ...(path === '' ? {} : { path_prefix: path }), static_configs: [{ targets: [address] }] }
}

function scrapeJob(name: string, { scheme, address, path }: Endpoint): object {
  return {
    job_name: name,
    scheme,
    metrics_path: `${path}/metrics`,
    static_configs: [{ targets: [address] }],
  }
}
