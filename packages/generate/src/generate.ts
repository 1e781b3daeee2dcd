import { type Config, configHash } from '@mnemoscope/kpi'
import type { PartAccess } from './access.js'
import { alertmanagerConfig } from './alertmanager/config.js'
import { templateFile, templatePath } from './alertmanager/messages/template-file.js'
import { composeFiles } from './compose-files.js'
import { existingFiles } from './existing/existing-files.js'
import { yamlFile } from './generated-file.js'
import { dashboardFolder } from './grafana/folders.js'
import { grafanaFiles } from './grafana/grafana-files.js'
import { manifest, manifestPath, type ServersForm } from './manifest.js'
import { type OptionalPart, optionalParts } from './parts.js'
import { prometheusConfig } from './prometheus-config.js'
import { ruleFiles } from './rule-files.js'
import { ruleTargetFiles } from './rule-targets.js'
import { testFiles } from './rule-tests/test-files.js'
import { runbookIndex } from './runbook-index.js'

/** What differs between the files of a project and those of one run of it. */
export interface GenerateOptions {
  /** Where the parts listen in this run; default: `endpoints` of the configuration. */
  readonly endpoints?: Partial<Config['endpoints']>
  /** The services to scrape in this run; default: `services` of the configuration. */
  readonly services?: Config['services']
  /** How the parts let each other in. */
  readonly access?: PartAccess | undefined
  /** Which optional parts to give; default: all. */
  readonly parts?: readonly OptionalPart[]
  /**
   * Whose the servers are. Default `own`: they run nothing else, and the files are all of their configuration. `existing`:
   * somebody runs them already, and adds the files to their configuration. Their own receivers inform people there, so
   * receivers, mute times and the watchdog of the configuration are left out.
   */
  readonly servers?: ServersForm
  /** Whether to give the unit tests of the rules, the larger half of all files. No server reads them. Default: true. */
  readonly ruleTests?: boolean
}

/**
 * Every file that a configuration stands for: path relative to the project (or to the folder a run uses) with `/`
 * between its parts, and text. Pure and deterministic: the same configuration gives the same text.
 */
export function generate(given: Config, options: GenerateOptions = {}): Map<string, string> {
  const { access = {} } = options
  const { servers = 'own' } = options
  const config = withoutLogins(servers === 'own' ? given : withoutWatchdog(given))
  const running: Config = {
    ...config,
    endpoints: { ...config.endpoints, ...options.endpoints },
    services: options.services ?? config.services,
    alerting: {
      ...config.alerting,
      recorderTokenFile: config.alerting.recorderTokenFile ?? access.recorderTokenFile,
    },
  }
  const rules = ruleFiles(running, configHash(given))
  const groups = rules.flatMap(([, file]) => file.groups)
  const { parts = optionalParts, ruleTests = true } = options
  const testedKpis = ruleTests ? Object.values(config.kpis) : []
  const files: [string, object][] = [
    ...rules.map(([name, file]): [string, object] => [`prometheus/rules/${name}.yml`, file]),
    ...ruleTargetFiles(config, groups),
    ...testedKpis.flatMap((kpi) =>
      testFiles(running, kpi).map(([name, content]): [string, object] => [
        `prometheus/tests/${name}`,
        content,
      ]),
    ),
  ]
  const optional: Record<OptionalPart, () => Iterable<[string, string]>> = {
    grafana: () => grafanaFiles(config, running, access),
    compose: () => composeFiles(config),
    runbooks: () => [['docs/runbooks/README.md', runbookIndex(running, groups)]],
  }
  const texts = new Map<string, string>([
    ...(servers === 'own' ? ownFiles(running, access) : existingFiles(running)),
    ...files.map(([path, value]): [string, string] => [path, yamlFile(value)]),
    ...optionalParts.filter((part) => parts.includes(part)).flatMap((part) => [...optional[part]()]),
  ])
  return texts.set(manifestPath, manifest(given, texts.keys(), servers))
}

/** Configurations of servers that run nothing else. */
function ownFiles(running: Config, { login }: PartAccess): [string, string][] {
  return [
    ['prometheus/prometheus.yml', yamlFile(prometheusConfig(running, { login }))],
    ['alertmanager/alertmanager.yml', yamlFile(alertmanagerConfig(running))],
    [`alertmanager/${templatePath}`, templateFile(running)],
  ]
}

/** The watchdog would always fire at receivers that do not know it. */
function withoutWatchdog(config: Config): Config {
  return { ...config, alerting: { ...config.alerting, watchdog: undefined } }
}

/** Addresses as files may have them, which others read. The servers read their password from a file of its own. */
function withoutLogins(config: Config): Config {
  const { prometheus, alertmanager } = config.endpoints
  const endpoints = { prometheus: withoutLogin(prometheus), alertmanager: withoutLogin(alertmanager) }
  return { ...config, endpoints: { ...config.endpoints, ...endpoints } }
}

function withoutLogin(address: string): string {
  const url = new URL(address)
  if (url.username === '' && url.password === '') return address
  url.username = ''
  url.password = ''
  return url.href
}

/** Folders of generated files: a generated file in them that no configuration gives is superfluous. */
export const generatedFolders = ['prometheus/rules', 'prometheus/tests', dashboardFolder] as const
