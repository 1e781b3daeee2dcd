import { composeFolder } from './compose-files.js'
import { grafanaFolder } from './grafana/folders.js'

/** Generated files that a project can do without, by the folder that they lie in. */
const folders = { grafana: grafanaFolder, compose: composeFolder, runbooks: 'docs/runbooks' } as const

export type OptionalPart = keyof typeof folders

/**
 * - `grafana`: dashboards, data sources and their provisioning
 * - `compose`: configuration for the containers of docker-compose.yml
 * - `runbooks`: the list of all alerts, in Markdown
 *
 * The rest (Prometheus' and Alertmanager's configuration, rules, their tests, `ruleTargets`) belongs to every project.
 */
export const optionalParts = Object.keys(folders) as OptionalPart[]

/** The optional part that a generated file belongs to; undefined if every project needs the file. */
export function partOf(path: string): OptionalPart | undefined {
  return optionalParts.find((part) => path.startsWith(`${folders[part]}/`))
}
