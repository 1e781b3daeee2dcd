import { isDeepStrictEqual } from 'node:util'
import { names } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ExpectedPrometheus } from './expectation.js'
import { askServer, type ReloadedServer } from './server-api.js'

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

/** Rules asked for at once, so that a check costs no more than a few evaluations side by side. */
const atOnce = 4

/**
 * Whether Prometheus runs what was generated: its scrape jobs, its rule groups with every rule, the configuration's
 * hash, and that each new expression can be evaluated now, without waiting for the groups' own turns.
 * @param known expressions that are evaluated already
 * @throws Error saying the first difference, or what Prometheus says of an expression
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
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function data(server: ReloadedServer, path: string): Promise<unknown> {
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
