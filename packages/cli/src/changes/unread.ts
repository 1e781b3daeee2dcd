import { names } from '@mnemoscope/kpi'
import { z } from 'zod'
import { askServer, type ReloadedServer } from './server-api.js'
import { configHashMetric, data, sample } from './verify.js'

/** Which configurations two servers run, as far as they say it. */
export interface Running {
  /** Hash of the configuration that Prometheus' rules were made from; undefined without such rules. */
  readonly prometheus: string | undefined
  readonly alertmanager: number | undefined
}

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) })),
    }),
  ),
})

/** Asks both servers what they run. @throws as `askServer` does; Error if Prometheus does not answer with its rules */
export async function runningIn(alertmanager: ReloadedServer, prometheus: ReloadedServer): Promise<Running> {
  const [rules, metrics] = await Promise.all([
    data(prometheus, '/api/v1/rules?type=record'),
    askServer(alertmanager, '/metrics'),
  ])
  const { groups } = rulesSchema.parse(rules)
  const info = groups.flatMap((group) => group.rules).find(({ name }) => name === names.configInfo)
  return {
    prometheus: info?.labels.sha256,
    alertmanager: sample(metrics.text, 'alertmanager_config_hash'),
  }
}

/**
 * The servers that read other files: after a reload they run what they ran before, and that is not what was written.
 * @param wanted hash in the written rules, and the text of the written alertmanager.yml
 */
export function unreadBy(
  before: Running,
  after: Running,
  wanted: { readonly prometheus: string | undefined; readonly alertmanager: string },
): ReloadedServer['name'][] {
  const hash = configHashMetric(wanted.alertmanager)
  const unread: ReloadedServer['name'][] = []
  if (after.prometheus === before.prometheus && after.prometheus !== wanted.prometheus)
    unread.push('Prometheus')
  const isKnown = before.alertmanager !== undefined && after.alertmanager !== undefined
  if (isKnown && after.alertmanager === before.alertmanager && after.alertmanager !== hash) {
    unread.push('Alertmanager')
  }
  return unread
}

/** A reload that changed nothing, because servers read other files. */
export class FilesUnread extends Error {
  readonly next: string
  constructor(servers: readonly ReloadedServer['name'][], folder: string) {
    const verb = servers.length === 1 ? 'does' : 'do'
    super(`${servers.join(' and ')} ${verb} not read the files in ${folder}: a reload has changed nothing`)
    const files = servers.map(
      (name) => `${name} with --config.file=${folder}/${name.toLowerCase()}/${name.toLowerCase()}.yml`,
    )
    this.next =
      `Start ${files.join(' and ')}. For servers that run other things too, use \`npx mnemoscope generate --into-existing --out OTHER\`, ` +
      'and see what is missing with `npx mnemoscope doctor`.'
  }
}
