import { MnemoscopeError } from '../errors.js'
import { type Changeable, changeableIn } from './changeable.js'
import { builtInKpiSchema, settingsSchema } from './schema.js'

/** Settings laid over the configuration file: a part of what `defineConfig` takes. */
export type ConfigPatch = Readonly<Record<string, unknown>>

/** Size of a patch as JSON. */
export const mostPatchBytes = 16 * 1_024

/** A threshold of an override, `kpis.ID.overrides[0].thresholds.warning`, is the deepest setting. */
const mostLevels = 6

/** Rules are made for each override, so a small text can stand for much work. */
const mostValues = 100

/** What a patch may set: the marked settings, and those of each KPI. */
const changeables: Changeable = {
  kind: 'object',
  members: new Map([
    ...membersOf(changeableIn(settingsSchema)),
    ['kpis', { kind: 'record', each: changeableIn(builtInKpiSchema) ?? { kind: 'value' } }],
  ]),
}

/**
 * Checks that a patch is small, and has only settings that a patch may set. It does not check the values: `defineConfig`
 * does so, of the file and the patch together. A null stands for the setting of the file.
 * @throws MnemoscopeError PATCH_REFUSED, with the setting but never its value, which may be a secret
 */
export function assertPatch(patch: ConfigPatch): void {
  assertSmall(patch)
  const refused = refusedIn(patch, changeables, '')
  if (refused === undefined) return
  const { path, why, expected } = refused
  throw new MnemoscopeError('PATCH_REFUSED', `${path}: ${why}; expected ${expected}`, {
    value: path,
    expected,
    next: 'Write this setting into the configuration file: a patch has only numbers, durations and switches that apply at once.',
  })
}

/** The settings that a patch may set, by path, in the order of the schema: `kpis.*.thresholds.warning`. */
export function changeablePaths(): string[] {
  return pathsOf(changeables, '')
}

interface RefusedSetting {
  readonly path: string
  readonly why: string
  readonly expected: string
}

function refusedIn(value: unknown, allowed: Changeable, path: string): RefusedSetting | undefined {
  if (value === null) return undefined
  const isList = Array.isArray(value)
  const isObject = typeof value === 'object' && !isList
  const refuse = (expected: string) => ({ path: shown(path), why: 'a patch cannot set this', expected })
  if (allowed.kind === 'value') return isObject || isList ? refuse('one value') : undefined
  if (allowed.kind === 'list' ? !isList : !isObject) {
    return refuse(allowed.kind === 'list' ? 'a list' : 'an object')
  }
  for (const [key, inner] of Object.entries(value as object)) {
    const at = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    const below = allowed.kind === 'object' ? allowed.members.get(key) : allowed.each
    if (below === undefined) {
      const known = [...membersOf(allowed)].map(([name]) => name).join(', ')
      return { path: shown(at), why: 'a patch cannot set this', expected: `one of: ${known}` }
    }
    const refused = refusedIn(inner, below, at)
    if (refused !== undefined) return refused
  }
  return undefined
}

/** Goes through a value level by level, without recursion, and no further than the limits. */
function assertSmall(patch: ConfigPatch): void {
  let values = 0
  let level: unknown[] = [patch]
  for (let depth = 0; level.length > 0; depth++) {
    const inner = level.filter((each) => typeof each === 'object' && each !== null)
    values += level.length - inner.length
    if (depth > mostLevels) throw tooMuch(`more than ${mostLevels} levels`, `at most ${mostLevels} levels`)
    level = inner.flatMap((each) => Object.values(each as object))
    if (values > mostValues || level.length > mostPatchBytes) {
      throw tooMuch(`more than ${mostValues} values`, `at most ${mostValues} values`)
    }
  }
  // Not before the depth is known: JSON.stringify is recursive.
  const bytes = Buffer.byteLength(JSON.stringify(patch))
  if (bytes > mostPatchBytes) throw tooMuch(`${bytes} bytes`, `at most ${mostPatchBytes} bytes as JSON`)
}

function tooMuch(what: string, expected: string): MnemoscopeError {
  return new MnemoscopeError('PATCH_REFUSED', `the patch has ${what}; expected ${expected}`, {
    expected,
    next: 'Write large changes into the configuration file, and return settings to it with null.',
  })
}

function membersOf(allowed: Changeable | undefined): ReadonlyMap<string, Changeable> {
  return allowed?.kind === 'object' ? allowed.members : new Map()
}

function pathsOf(allowed: Changeable, path: string): string[] {
  switch (allowed.kind) {
    case 'value':
      return [path]
    case 'list':
      return pathsOf(allowed.each, `${path}[]`)
    case 'record':
      return pathsOf(allowed.each, `${path}.*`)
    case 'object':
      return [...allowed.members].flatMap(([name, inner]) =>
        pathsOf(inner, path === '' ? name : `${path}.${name}`),
      )
  }
}

function shown(path: string): string {
  return path.length > 120 ? `${path.slice(0, 117)}...` : path
}
