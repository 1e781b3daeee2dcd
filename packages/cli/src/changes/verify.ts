import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { names } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { z } from 'zod'
import { askServer, type ReloadedServer } from './server-api.js'

/** What a running Prometheus must show after it has read the generated files. */
export interface ExpectedPrometheus {
  readonly jobs: readonly string[]
  /** Rule groups by name, each with the names of its rules in their order. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Hash of the configuration that made the rules, as the rules record it. */
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
export const alertmanagerTemplatesFolder = 'alertmanager/templates/'
const rulesFolder = 'prometheus/rules/'

/** Reads from the generated files what Prometheus must show. */
export function expectedPrometheus(
  files: ReadonlyMap<string, string>,
  configInfo: string,
): ExpectedPrometheus {
  const config = parse(files.get(prometheusConfigPath) ?? '') as {
    scrape_configs?: readonly { job_name: string }[]
  } | null
  const rules = groupsOf([...files].filter(([path]) => path.startsWith(rulesFolder)).map(([, text]) => text))
  const info = rules.flatMap((group) => group.rules).find(({ record }) => record === configInfo)
  return {
    jobs: (config?.scrape_configs ?? []).map(({ job_name }) => job_name).sort(),
    groups: new Map(
      rules.map(({ name, rules: each }) => [name, each.map(({ record, alert }) => record ?? alert ?? '')]),
    ),
    sha256: info?.labels?.sha256,
  }
}

type Groups = NonNullable<RuleFile['groups']>

/** Rule groups of the files that were read last, by text: an edit changes few of them, and each is verified twice. */
let lastRead: ReadonlyMap<string, Groups> = new Map()

function groupsOf(texts: readonly string[]): Groups {
  const read = new Map(
    texts.map((text) => [text, lastRead.get(text) ?? (parse(text) as RuleFile | null)?.groups ?? []]),
  )
  lastRead = read
  return texts.flatMap((text) => read.get(text) ?? [])
}

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          name: z.string(),
          query: z.string(),
          health: z.string(),
          labels: z.record(z.string(), z.string()).default({}),
        }),
      ),
    }),
  ),
})

/** Expressions evaluated at once: a check costs Prometheus no more than a few parallel queries. */
const concurrency = 4

/**
 * Checks that Prometheus runs what was generated: the scrape jobs, the rule groups with every rule, and the hash of the
 * configuration. Also evaluates each new expression now, before the rule groups do.
 * @param known expressions that Prometheus evaluates already
 * @throws Error with the first difference, or with what Prometheus says about an expression
 */
export async function verifyPrometheus(
  server: ReloadedServer,
  expected: ExpectedPrometheus,
  known: ReadonlySet<string>,
): Promise<void> {
  const config = parse(
    z.object({ yaml: z.string() }).parse(await data(server, '/api/v1/status/config')).yaml,
  ) as {
    scrape_configs?: readonly { job_name: string }[]
  }
  const jobs = (config.scrape_configs ?? []).map(({ job_name }) => job_name).sort()
  if (!isDeepStrictEqual(jobs, expected.jobs)) {
    throw new Error(`Prometheus scrapes the jobs ${jobs.join(', ')}, not ${expected.jobs.join(', ')}`)
  }
  const { groups } = rulesSchema.parse(await data(server, '/api/v1/rules'))
  const running = new Map(groups.map(({ name, rules }) => [name, rules.map((rule) => rule.name)]))
  for (const [name, rules] of expected.groups) {
    if (!isDeepStrictEqual(running.get(name), rules)) {
      throw new Error(`Prometheus does not have the rules of group ${name} as they were generated`)
    }
  }
  const extra = [...running.keys()].find((name) => !expected.groups.has(name))
  if (extra !== undefined) throw new Error(`Prometheus still has the rule group ${extra}`)
  const rules = groups.flatMap((group) => group.rules)
  const sha256 = rules.find(({ name }) => name === names.configInfo)?.labels.sha256
  if (sha256 !== expected.sha256) {
    throw new Error(`the rules in Prometheus are from configuration ${sha256}, not ${expected.sha256}`)
  }
  await evaluateAll(
    server,
    rules.filter(({ query }) => !known.has(query)),
  )
}

/** Expressions that Prometheus evaluates without an error. */
export async function evaluatedExpressions(server: ReloadedServer): Promise<Set<string>> {
  const { groups } = rulesSchema.parse(await data(server, '/api/v1/rules'))
  const healthy = groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'ok')
  return new Set(healthy.map(({ query }) => query))
}

async function evaluateAll(
  server: ReloadedServer,
  rules: readonly { name: string; query: string }[],
): Promise<void> {
  const left = [...rules]
  const worker = async () => {
    for (let rule = left.shift(); rule !== undefined; rule = left.shift()) {
      const { ok, text } = await askServer(server, '/api/v1/query', {
        method: 'POST',
        body: new URLSearchParams({ query: rule.query }),
      })
      if (!ok) throw new Error(`Prometheus cannot evaluate ${rule.name}: ${errorIn(text)}`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

/** `data` of an answer of Prometheus. @throws Error if it does not answer with success */
export async function data(server: ReloadedServer, path: string): Promise<unknown> {
  const { ok, status, text } = await askServer(server, path)
  if (!ok) throw new Error(`Prometheus answered ${path} with ${status}: ${errorIn(text)}`)
  return (JSON.parse(text) as { data: unknown }).data
}

function errorIn(text: string): string {
  try {
    return String((JSON.parse(text) as { error?: unknown }).error ?? text)
  } catch {
    return text.slice(0, 300)
  }
}

/**
 * Checks that Alertmanager runs the configuration with this text, by the hash in its metrics. If it shows no hash, a
 * successful last reload is enough.
 * @throws Error if it runs another configuration
 */
export async function verifyAlertmanager(server: ReloadedServer, text: string): Promise<void> {
  const { ok, status, text: metrics } = await askServer(server, '/metrics')
  if (!ok) throw new Error(`Alertmanager answered /metrics with ${status}`)
  if (sample(metrics, 'alertmanager_config_last_reload_successful') === 0) {
    throw new Error('Alertmanager says that its last reload failed')
  }
  const hash = sample(metrics, 'alertmanager_config_hash')
  if (hash !== undefined && hash !== configHashMetric(text)) {
    throw new Error('Alertmanager runs a configuration other than the generated one')
  }
}

/** Whether Alertmanager's metrics show that it runs exactly this text. False if they show no hash or it is down. */
export async function runsConfig(server: ReloadedServer, text: string): Promise<boolean> {
  try {
    const { text: metrics } = await askServer(server, '/metrics')
    return sample(metrics, 'alertmanager_config_hash') === configHashMetric(text)
  } catch {
    return false
  }
}

/** Value of the metric `alertmanager_config_hash`: the first 48 bits of the MD5, low byte first. */
export function configHashMetric(text: string): number {
  return createHash('md5').update(text).digest().readUIntLE(0, 6)
}

/** Value of a metric without labels of its own, or its first series; undefined if there is none. */
export function sample(metrics: string, name: string): number | undefined {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(metrics)?.[1]
  return value === undefined ? undefined : Number(value)
}
