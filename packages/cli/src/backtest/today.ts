import type { ConfigInput } from '@mnemoscope/kpi'
import { loadProject, type Project } from '../config-file.js'
import { ask } from '../recorder-client.js'
import { readRunFile } from '../up/run-file.js'

/** Today's configuration: the one in force where a pipeline runs beside the file, else the file's own. */
export async function todaysConfig(
  given: string | undefined,
  defaults: ConfigInput,
): Promise<Project & { readonly isInForce: boolean }> {
  const project = await loadProject(given, defaults)
  try {
    const { recorder } = readRunFile(project.folder)
    const { config } = await ask(recorder, 'GET /api/config', { has: 'config' })
    // A recorder tells its addresses without passwords.
    const { endpoints } = project.config
    return { ...project, config: { ...config, endpoints, declared: {} }, isInForce: true }
  } catch {
    return { ...project, isInForce: false }
  }
}
