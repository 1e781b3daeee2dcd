import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { assertPatch, type Config, type ConfigPatch, MnemoscopeError, shownConfig } from '@mnemoscope/kpi'
import { writeFiles } from '../project-files.js'

/**
 * The folder that Prometheus and Alertmanager read has several generations of generated files side by side.
 * `FOLDER/current` is a link to the active one. Switching is one rename, so a server that reloads in between reads
 * all files of one generation, never a mixture. The link is relative, so the folder can be mounted anywhere.
 */
export interface Generations {
  /** Path through the link. It is the same for every generation, so Prometheus recognises its rule groups. */
  readonly current: string
  /** Name of the active generation; undefined before the first. */
  active(): string | undefined
  /**
   * Writes files as a new generation without activating it.
   * @param isSecret whether only the owner may read a file; default: none
   * @returns its name
   */
  add(files: ReadonlyMap<string, string>, isSecret?: (path: string) => boolean): string
  folderOf(name: string): string
  /** Text of a file of a generation; undefined if it does not exist. */
  read(name: string, path: string): string | undefined
  /** Makes a generation the one that servers read next. */
  activate(name: string): void
  remove(name: string): void
  /** Removes old generations. Keeps the active one, and the newest others for people to look at. */
  prune(): void
}

const digits = 6
const kept = 5

/** The generations of a folder. Creates the folder if needed. */
export function generationsIn(folder: string): Generations {
  const root = resolve(folder)
  const home = join(root, 'generations')
  const current = join(root, 'current')
  mkdirSync(home, { recursive: true })

  const all = () =>
    readdirSync(home)
      .filter((name) => /^\d+$/.test(name))
      .sort()
  const active = () => {
    try {
      const name = basename(readlinkSync(current))
      return existsSync(join(home, name)) ? name : undefined
    } catch {
      return undefined
    }
  }
  const remove = (name: string) => rmSync(join(home, name), { recursive: true, force: true })
  return {
    current,
    active,
    folderOf: (name) => join(home, name),
    add(files, isSecret) {
      const name = String(Number(all().at(-1) ?? 0) + 1).padStart(digits, '0')
      writeFiles(join(home, name), files, isSecret)
      return name
    },
    read(name, path) {
      try {
        return readFileSync(join(home, name, path), 'utf8')
      } catch {
        return undefined
      }
    },
    activate(name) {
      const beside = `${current}.${process.pid}.tmp`
      rmSync(beside, { force: true })
      symlinkSync(join('generations', name), beside)
      renameSync(beside, current)
    },
    remove,
    prune() {
      const others = all().filter((name) => name !== active())
      for (const name of others.slice(0, Math.max(0, others.length - kept))) remove(name)
    },
  }
}

const appliedConfigFile = 'applied-config.json'

/**
 * The configuration that was applied last to a folder of generated files, as JSON has it; undefined if there is none.
 * It only serves to say what changed, so a file that cannot be read counts as none.
 */
export function readAppliedConfig(folder: string): object | undefined {
  try {
    const config: unknown = JSON.parse(readFileSync(join(folder, appliedConfigFile), 'utf8'))
    return typeof config === 'object' && config !== null ? config : undefined
  } catch {
    return undefined
  }
}

export function writeAppliedConfig(folder: string, config: Config): void {
  writeFiles(folder, new Map([[appliedConfigFile, `${JSON.stringify(shownConfig(config), null, 2)}\n`]]))
}

const patchFile = 'patch.json'

/** Merges a change into a patch by RFC 7396: objects key by key; a null removes a key. */
export function mergePatch(patch: ConfigPatch, change: ConfigPatch): ConfigPatch {
  const merged = new Map(Object.entries(patch))
  for (const [key, value] of Object.entries(change)) {
    const below = merged.get(key)
    if (value === null) merged.delete(key)
    else if (!isPatch(value)) merged.set(key, value)
    else {
      const inner = mergePatch(isPatch(below) ? below : {}, value)
      if (Object.keys(inner).length === 0) merged.delete(key)
      else merged.set(key, inner)
    }
  }
  return Object.fromEntries(merged)
}

/**
 * The patch over the configuration file, as the folder keeps it; empty if there is none.
 * @throws MnemoscopeError CONFIG_NOT_LOADABLE if the patch file is not a JSON object, PATCH_REFUSED if it has a setting
 *   that a patch may not set
 */
export function readPatch(folder: string): ConfigPatch {
  const path = join(folder, patchFile)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  const patch: unknown = parsed(text)
  if (isPatch(patch)) return checked(patch, path)
  throw new MnemoscopeError('CONFIG_NOT_LOADABLE', `${path} is not a JSON object`, {
    value: path,
    expected: 'settings as in the configuration file, as JSON',
    next: 'Fix that file, or remove it to use only the configuration file.',
  })
}

export function writePatch(folder: string, patch: ConfigPatch): void {
  writeFiles(folder, new Map([[patchFile, `${JSON.stringify(patch, null, 2)}\n`]]))
}

function checked(patch: ConfigPatch, file: string): ConfigPatch {
  try {
    assertPatch(patch)
    return patch
  } catch (error) {
    if (!(error instanceof MnemoscopeError)) throw error
    const { code, message, value, expected } = error
    const next = `Remove it from ${file}, and write it into the configuration file if it should stay.`
    throw new MnemoscopeError(code, `${file}: ${message}`, { value, ...(expected && { expected }), next })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPatch(value: unknown): value is ConfigPatch {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
