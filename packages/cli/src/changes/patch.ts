import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import type { ConfigPatch } from '@mnemoscope/recorder'
import { writeFiles } from '../project-files.js'

const fileName = 'patch.json'

/** A patch with another one merged into it, by RFC 7396: objects key by key, a null takes a key out. */
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
 * The settings laid over the configuration file of a folder of generated files; empty where nobody has laid any.
 * @throws MnemoscopeError CONFIG_NOT_LOADABLE where the file that keeps them is no JSON object
 */
export function readPatch(folder: string): ConfigPatch {
  const path = join(folder, fileName)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  const patch: unknown = parsed(text)
  if (isPatch(patch)) return patch
  throw new MnemoscopeError('CONFIG_NOT_LOADABLE', `${path} is no JSON object`, {
    value: path,
    expected: 'settings as in the configuration file, as JSON',
    next: 'Mend that file, or remove it to go back to the configuration file alone.',
  })
}

export function writePatch(folder: string, patch: ConfigPatch): void {
  writeFiles(folder, new Map([[fileName, `${JSON.stringify(patch, null, 2)}\n`]]))
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
