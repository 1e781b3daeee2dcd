import type { Project } from '../config-file.js'
import { ask, RecorderSilent } from '../recorder-client.js'
import { type RunFile, readRunFile } from '../up/run-file.js'
import type { ChangeSummary } from './change-text.js'
import { ownerOf } from './written-config.js'

/**
 * Lets the recorder of the pipeline that runs in the project's folder read the configuration file again.
 * @returns what changed; undefined where no pipeline runs there
 * @throws MnemoscopeError as the recorder tells it, with its own code
 */
export async function applyThroughRecorder(project: Project): Promise<ChangeSummary | undefined> {
  const run = runningIn(project.folder)
  if (run === undefined) return undefined
  try {
    return await ask(run.recorder, 'PUT /api/config', {
      has: 'differences',
      body: { by: ownerOf(project.configPath) },
    })
  } catch (error) {
    if (error instanceof RecorderSilent) return undefined
    throw error
  }
}

function runningIn(folder: string): RunFile | undefined {
  try {
    return readRunFile(folder)
  } catch {
    return undefined
  }
}
