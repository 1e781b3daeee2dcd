import { type Config, durationSeconds, names } from '@mnemoscope/kpi'

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

/** A URL as Prometheus configures it. */
export interface Endpoint {
  readonly scheme: string
  /** `host:port`, the port always written. */
  readonly address: string
  /** Path without its last slash; empty at the root. */
  readonly path: string
}

/** Parts of an http or https URL. */
export function endpoint(url: string): Endpoint {
  const { protocol, hostname, port, pathname } = new URL(url)
  const scheme = protocol.slice(0, -1)
  return {
    scheme,
    address: `${hostname}:${port === '' ? (scheme === 'https' ? '443' : '80') : port}`,
    path: pathname.replace(/\/+$/, ''),
  }
}
