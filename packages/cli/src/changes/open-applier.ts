import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ConfigInput, MnemoscopeError } from '@mnemoscope/kpi'
import { claimName } from '@mnemoscope/servers'
import { checkWithTools } from '../check-with-tools.js'
import type { Project } from '../config-file.js'
import { stateFolder } from '../up/run-file.js'
import { type Applier, createApplier } from './applier.js'
import { type ScrapedAt, scraped } from './scraped.js'

/** Folder in which `mnemoscope up` keeps what its servers read. */
export function appliedFolder(projectFolder: string): string {
  return join(stateFolder(projectFolder), 'generated')
}

export interface OpenApplierOptions {
  readonly project: Project
  readonly defaults: ConfigInput
  /** Folder of generations. */
  readonly applyTo: string
  /** Default: `endpoints` of the configuration. */
  readonly prometheusUrl?: string | undefined
  readonly alertmanagerUrl?: string | undefined
  readonly recorderUrl?: string | undefined
  readonly grafanaUrl?: string | undefined
  readonly scrape?: ScrapedAt | undefined
  /** What was in force before this process began. Default: what `project` says. */
  readonly before?: object | undefined
}

/**
 * The applier of a folder, which at most one process is.
 * @throws MnemoscopeError ALREADY_RUNNING where another process applies changes there
 */
export function openApplier(options: OpenApplierOptions): Applier {
  const { project, defaults, applyTo, scrape = {} } = options
  const { config, configPath } = project
  mkdirSync(applyTo, { recursive: true })
  const claim = claimName(applyTo, 'changes')
  if ('heldBy' in claim) {
    throw new MnemoscopeError(
      'ALREADY_RUNNING',
      `process ${claim.heldBy} applies changes to ${applyTo} already`,
      {
        value: claim.heldBy,
        next: 'Edit the configuration file: that process applies it. `mnemoscope watch --once` tells how it went.',
      },
    )
  }
  const { prometheus, alertmanager, recorder, grafana } = config.endpoints
  const endpoints = {
    prometheus: options.prometheusUrl ?? prometheus,
    alertmanager: options.alertmanagerUrl ?? alertmanager,
    recorder: options.recorderUrl ?? recorder,
    grafana: options.grafanaUrl ?? grafana,
  }
  const applier = createApplier({
    configPath,
    config,
    before: options.before,
    defaults,
    folder: applyTo,
    prometheusUrl: endpoints.prometheus,
    alertmanagerUrl: endpoints.alertmanager,
    check: (folder) => checkWithTools(folder, stateFolder(project.folder)),
    running: ({ services }) => ({ endpoints, services: scraped(services, scrape) }),
  })
  return {
    ...applier,
    async stop() {
      await applier.stop()
      claim.release()
    },
  }
}
