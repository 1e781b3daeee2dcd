import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { debianFolder } from './from-debian.js'
import { releaseFolder } from './from-release.js'
import { findOnPath, isExecutable, versionOf } from './program.js'
import { commandNames, type FoundTool, familyOf, type ToolName } from './tool.js'

/** Where a program may lie before anything is fetched. */
export interface Places {
  readonly toolsDir: string
  readonly searchPath: string | undefined
}

/** Looks on PATH, then among what earlier starts fetched; `onBroken` hears of one that is there and does not run. */
export async function locate(
  name: ToolName,
  { toolsDir, searchPath }: Places,
  onBroken: (reason: string) => void,
): Promise<FoundTool | undefined> {
  const onPath = findOnPath(commandNames[name], searchPath)
  if (onPath !== undefined) {
    const tool = await tryRun(name, onPath, 'path', onBroken)
    if (tool !== undefined) return tool
  }
  for (const [source, folder] of fetchedFolders(name)) {
    const command = join(toolsDir, folder, name)
    if (!isExecutable(command)) continue
    let wasInterrupted = false
    const tool = await tryRun(name, command, source, (reason, error) => {
      onBroken(reason)
      wasInterrupted = isInterruption(error)
    })
    if (tool !== undefined) return tool
    // It may be whole: a busy machine must not cost it, perhaps where there is no connection to fetch another.
    if (wasInterrupted) continue
    // Fetched for another machine, or damaged: make room for a new one.
    rmSync(join(toolsDir, folder), { recursive: true, force: true })
  }
  return undefined
}

const fetchedFolders = (name: ToolName) =>
  [
    ['release', releaseFolder(familyOf(name))],
    ['debian', debianFolder(familyOf(name))],
  ] as const

async function tryRun(
  name: ToolName,
  command: string,
  source: FoundTool['source'],
  onBroken: (reason: string, error: unknown) => void,
): Promise<FoundTool | undefined> {
  try {
    return { name, command, version: await versionOf(command), source }
  } catch (error) {
    onBroken(`${command} does not run: ${error instanceof Error ? error.message : String(error)}`, error)
    return undefined
  }
}

/** It took too long, was killed, or could not be started for want of memory, processes or files. */
function isInterruption(error: unknown): boolean {
  const { signal, code } = error as { signal?: string | null; code?: string | number | null }
  return (
    ['SIGTERM', 'SIGKILL'].includes(signal ?? '') ||
    ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(String(code))
  )
}
