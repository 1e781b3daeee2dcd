import type { ConfigInput, ConfigPatch } from '@mnemoscope/kpi'
import { loadProject, type Project } from '../config-file.js'
import { ask } from '../recorder-client.js'
import { readRunFile } from '../up/run-file.js'

/** Today's configuration: the one in use if a pipeline runs in the file's folder, else the file's. */
export async function todaysConfig(
  given: string | undefined,
  defaults: ConfigInput,
): Promise<Project & { readonly isInUse: boolean; readonly patch: ConfigPatch }> {
  const project = await loadProject(given, defaults)
  try {
    const { recorder } = readRunFile(project.folder)
    const { config, patch } = await ask(recorder, 'GET /api/config', { has: 'config' })
    // The recorder's answer has addresses without passwords, and no functions.
    const { endpoints, handlers, plugins } = project.config
    return {
      ...project,
      config: { ...config, endpoints, handlers, plugins, declared: {} },
      isInUse: true,
      patch,
    }
  } catch {
    return { ...project, isInUse: false, patch: {} }
  }
}
