import { parse } from 'yaml'

/** What a running Prometheus must show once it has read generated files. */
export interface ExpectedPrometheus {
  readonly jobs: readonly string[]
  /** Rule groups by name, each with the names of its rules in their order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Hash of the configuration that the rules are from, as they record it themselves. */
  readonly sha256: string | undefined
}

interface RuleFile {
  readonly groups?: readonly {
    readonly name: string
    readonly rules: readonly { record?: string; alert?: string; labels?: Record<string, string> }[]
  }[]
}

export const prometheusConfigPath = 'prometheus/prometheus.yml'
export const alertmanagerConfigPath = 'alertmanager/alertmanager.yml'
const rulesFolder = 'prometheus/rules/'

/** Reads from generated files what Prometheus must show of them. */
export function expectedPrometheus(
  files: ReadonlyMap<string, string>,
  configInfo: string,
): ExpectedPrometheus {
  const config = parse(files.get(prometheusConfigPath) ?? '') as {
    scrape_configs?: readonly { job_name: string }[]
  } | null
  const rules = [...files]
    .filter(([path]) => path.startsWith(rulesFolder))
    .flatMap(([, text]) => (parse(text) as RuleFile | null)?.groups ?? [])
  const info = rules.flatMap((group) => group.rules).find(({ record }) => record === configInfo)
  return {
    jobs: (config?.scrape_configs ?? []).map(({ job_name }) => job_name).sort(),
    groups: new Map(
      rules.map(({ name, rules: own }) => [name, own.map(({ record, alert }) => record ?? alert ?? '')]),
    ),
    sha256: info?.labels?.sha256,
  }
}
