import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import type { PartAccess } from './access.js'

/** The longest that Prometheus waits for a scrape. */
const longestScrape = '10s'

export interface PrometheusFileOptions extends Pick<PartAccess, 'login'> {
  /** Pattern of the rule files, relative to the file, so that the folder can be moved and mounted anywhere. Default `rules/*.yml`. */
  readonly rules?: string
}

/** Content of prometheus.yml. */
export function prometheusConfig(
  config: Config,
  { rules = 'rules/*.yml', login }: PrometheusFileOptions = {},
): object {
  const { prometheus, alertmanager } = config.endpoints
  const { caFile } = config
  const authorization =
    login === undefined ? {} : { basic_auth: { username: login.username, password_file: login.passwordFile } }
  return {
    global: {
      ...scrapeTiming(config),
      evaluation_interval: config.alertCheckInterval,
    },
    rule_files: [rules],
    alerting: {
      alertmanagers: [{ ...alertmanagerTarget(endpoint(alertmanager), caFile), ...authorization }],
    },
    scrape_configs: [
      ...config.services.map((each) => serviceJob(each, config)),
      recorderJob(config),
      { ...scrapeJob(names.pipelineJob.prometheus, endpoint(prometheus), caFile), ...authorization },
      { ...scrapeJob(names.pipelineJob.alertmanager, endpoint(alertmanager), caFile), ...authorization },
    ],
  }
}

/** How often targets are scraped, and how long a scrape may take. */
export function scrapeTiming({ scrapeInterval }: Pick<Config, 'scrapeInterval'>): object {
  const isShort = durationSeconds(scrapeInterval) < durationSeconds(longestScrape)
  return { scrape_interval: scrapeInterval, scrape_timeout: isShort ? scrapeInterval : longestScrape }
}

interface TlsConfig {
  readonly ca_file?: string
  readonly cert_file?: string
  readonly key_file?: string
}

interface ScrapeJob {
  readonly job_name: string
  readonly scheme?: string
  readonly metrics_path?: string
  readonly tls_config?: TlsConfig
  readonly authorization?: { readonly type: string; readonly credentials_file: string }
  readonly static_configs: readonly { readonly targets: readonly string[] }[]
}

/** The scrape job of a service. */
export function serviceJob(
  { name, targets, scheme, tokenFile, clientCertificate }: Config['services'][number],
  { caFile }: Pick<Config, 'caFile'>,
): ScrapeJob {
  return {
    job_name: name,
    ...(scheme === undefined ? {} : { scheme, ...tlsConfig(scheme, caFile, clientCertificate) }),
    ...bearer(tokenFile),
    static_configs: [{ targets: [...targets] }],
  }
}

/** The scrape job of the recorder itself. */
export function recorderJob({
  endpoints,
  caFile,
  recorderScrapeTokenFile,
  recorderClientCertificate,
}: Pick<
  Config,
  'endpoints' | 'caFile' | 'recorderScrapeTokenFile' | 'recorderClientCertificate'
>): ScrapeJob {
  const at = endpoint(endpoints.recorder)
  return {
    ...scrapeJob(names.pipelineJob.recorder, at, caFile),
    ...tlsConfig(at.scheme, caFile, recorderClientCertificate),
    ...bearer(recorderScrapeTokenFile),
  }
}

function bearer(tokenFile: string | undefined): Pick<ScrapeJob, 'authorization'> {
  return tokenFile === undefined ? {} : { authorization: { type: 'Bearer', credentials_file: tokenFile } }
}

/**
 * How Prometheus and Alertmanager know the certificate of an https address, and by which they sign in there; nothing for
 * public authorities and without a certificate of their own.
 */
export function tlsConfig(
  scheme: string,
  caFile: string | undefined,
  own?: Config['services'][number]['clientCertificate'],
): { readonly tls_config?: TlsConfig } {
  if (scheme !== 'https' || (caFile === undefined && own === undefined)) return {}
  return {
    tls_config: {
      ...(caFile !== undefined && { ca_file: caFile }),
      ...(own !== undefined && { cert_file: own.certFile, key_file: own.keyFile }),
    },
  }
}

function alertmanagerTarget({ scheme, address, path }: Endpoint, caFile: string | undefined): object {
  return {
    scheme,
    ...(path === '' ? {} : { path_prefix: path }),
    ...tlsConfig(scheme, caFile),
    static_configs: [{ targets: [address] }],
  }
}

function scrapeJob(name: string, { scheme, address, path }: Endpoint, caFile: string | undefined): ScrapeJob {
  return {
    job_name: name,
    scheme,
    metrics_path: `${path}/metrics`,
    ...tlsConfig(scheme, caFile),
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
