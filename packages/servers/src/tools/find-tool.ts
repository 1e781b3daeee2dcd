import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { debianFolder, fetchDebian } from './from-debian.js'
import { fetchRelease, releaseBaseUrl, releaseFolder } from './from-release.js'
import { findOnPath, isExecutable, isOlder, versionOf } from './program.js'
import {
  commandNames,
  type Family,
  type FoundTool,
  families,
  familyOf,
  type OnToolProgress,
  type ToolName,
} from './tool.js'

export interface FindToolOptions {
  /** Fetched programs are kept here: `STATE_DIR/tools`. */
  readonly toolsDir: string
  /** Paths (or names on PATH) set by the user; one that does not run is an error, nothing else is tried. */
  readonly configured?: Readonly<Partial<Record<ToolName, string>>>
  /** Where to look for installed programs. Default: `PATH`. */
  readonly searchPath?: string
  /** What may be fetched, in this order. Default: the release, then Debian's package. */
  readonly fetchFrom?: readonly ('release' | 'debian')[]
  /** Default: the projects' own address. */
  readonly releaseBaseUrl?: string
  readonly onProgress?: OnToolProgress
}

/** Finds one program; see `findTools`. */
export async function findTool(name: ToolName, options: FindToolOptions): Promise<FoundTool> {
  return (await findTools([name], options))[name]
}

/**
 * Finds programs: at the configured path, on PATH, among those fetched earlier, in the projects' official releases (pinned
 * version, verified by their published SHA-256), in Debian's packages. What is fetched is kept, and fetched once for both
 * programs of a project; several processes may do so at once. Every program returned has been run for its version.
 *
 * Throws TOOL_MISSING, which says what was tried and why it failed, or TOOL_CHECKSUM if a download without its
 * published checksum was the reason.
 */
export async function findTools<N extends ToolName>(
  names: readonly N[],
  options: FindToolOptions,
): Promise<Record<N, FoundTool>> {
  const { onProgress = () => {}, fetchFrom = ['release', 'debian'] } = options
  const places = { toolsDir: resolve(options.toolsDir), searchPath: options.searchPath }
  const found = new Map<N, FoundTool>()
  const failures: Error[] = []

  const missing = () => names.filter((name) => !found.has(name))
  const missingFamilies = () => [...new Set(missing().map(familyOf))]
  const locateMissing = async () => {
    for (const name of missing()) {
      const tool = await locate(name, places, (reason) => failures.push(new Error(reason)))
      if (tool !== undefined) found.set(name, tool)
    }
  }
  const attempt = (wanted: readonly Family[], fetching: Promise<void>) =>
    fetching.catch((error: Error) => {
      failures.push(error)
      for (const tool of wanted) onProgress({ tool, message: `not downloaded: ${error.message}` })
    })

  for (const name of names) {
    const path = options.configured?.[name]
    if (path !== undefined) found.set(name, await configuredTool(name, path, options.searchPath))
  }
  await locateMissing()
  for (const source of fetchFrom) {
    if (missing().length === 0) break
    const wanted = missingFamilies()
    if (source === 'debian') await attempt(wanted, fetchDebian(wanted, places.toolsDir, onProgress))
    else {
      const baseUrl = options.releaseBaseUrl ?? releaseBaseUrl
      await Promise.all(
        wanted.map((family) => attempt([family], fetchRelease(family, places.toolsDir, onProgress, baseUrl))),
      )
    }
    await locateMissing()
  }
  if (missing().length > 0) throw notFound(missing(), failures, places.toolsDir)
  return Object.fromEntries(found) as Record<N, FoundTool>
}

async function configuredTool(
  name: ToolName,
  path: string,
  searchPath: string | undefined,
): Promise<FoundTool> {
  const command = path.includes('/') ? resolve(path) : (findOnPath([path], searchPath) ?? path)
  try {
    return { name, command, version: await usableVersionOf(name, command), source: 'configured' }
  } catch (cause) {
    if (cause instanceof MnemoscopeError) throw cause
    throw new MnemoscopeError('TOOL_MISSING', `the configured ${name} does not run: ${path}`, {
      value: path,
      expected: `the path of a ${name} program for this machine`,
      next: 'correct the path, or remove it from the configuration so that one is searched for',
      cause,
    })
  }
}

function notFound(names: readonly ToolName[], failures: readonly Error[], toolsDir: string): MnemoscopeError {
  const wrongChecksum = failures.find(
    (error) => error instanceof MnemoscopeError && error.code === 'TOOL_CHECKSUM',
  )
  const tried = failures.map((error) => `\n  ${error.message}`).join('')
  return new MnemoscopeError(
    wrongChecksum === undefined ? 'TOOL_MISSING' : 'TOOL_CHECKSUM',
    `${names.join(', ')} not found on PATH or in ${toolsDir}, and could not be fetched:${tried}`,
    {
      value: names,
      expected: 'the program on PATH or at a configured path, or a connection to fetch it',
      next: 'Install Prometheus and Alertmanager (https://prometheus.io/download), then run the command again.',
      cause: wrongChecksum ?? failures.at(-1),
    },
  )
}

/** Where a program may already be. */
export interface Places {
  readonly toolsDir: string
  readonly searchPath: string | undefined
}

/** Looks on PATH, then among what earlier starts fetched. Calls `onBroken` for a program that is there but does not run. */
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
    // The file may be good: keep it, because a busy machine may have no connection to fetch another.
    if (wasInterrupted) continue
    // Fetched for another machine, or damaged: remove it, so that a new one can be fetched.
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
    return { name, command, version: await usableVersionOf(name, command), source }
  } catch (error) {
    onBroken(`${command} does not run: ${error instanceof Error ? error.message : String(error)}`, error)
    return undefined
  }
}

/** @throws MnemoscopeError TOOL_MISSING if the program is older than what works here */
async function usableVersionOf(name: ToolName, command: string): Promise<string> {
  const version = await versionOf(command)
  const { oldest } = families[familyOf(name)]
  if (!isOlder(version, oldest)) return version
  throw new MnemoscopeError('TOOL_MISSING', `${command} has version ${version}, older than ${oldest}`, {
    value: version,
    expected: `${name} ${oldest} or newer`,
    next: 'Install a newer version, or remove the old one so that one is fetched.',
  })
}

/** Whether it took too long, was killed, or could not be started because memory, processes or files ran out. */
function isInterruption(error: unknown): boolean {
  const { signal, code } = error as { signal?: string | null; code?: string | number | null }
  return (
    ['SIGTERM', 'SIGKILL'].includes(signal ?? '') ||
    ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(String(code))
  )
}
