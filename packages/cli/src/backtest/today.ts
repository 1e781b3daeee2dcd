import type { Config, ConfigInput } from '@mnemoscope/kpi'
import { loadProject, type Project } from '../config-file.js'
import { readRunFile } from '../up/run-file.js'

/** Today's configuration: the one in force where a pipeline runs beside the file, else the file's own. */
export async function todaysConfig(
  given: string | undefined,
  defaults: ConfigInput,
): Promise<Project & { readonly isInForce: boolean }> {
  const project = await loadProject(given, defaults)
  try {
    const { recorder } = readRunFile(project.folder)
    const response = await fetch(`${recorder}/api/config`, { signal: AbortSignal.timeout(10_000) })
    const { config } = (await response.json()) as { config: Omit<Config, 'declared'> }
    // A recorder tells its addresses without passwords.
    const { endpoints } = project.config
    return { ...project, config: { ...config, endpoints, declared: {} }, isInForce: true }
  } catch {
    return { ...project, isInForce: false }
  }
}
