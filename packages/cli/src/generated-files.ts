import {
  generate,
  generatedFolders,
  manifestPath,
  type OptionalPart,
  optionalParts,
  partOf,
  pathsOfManifest,
  type ServersForm,
  serversOfManifest,
} from '@mnemoscope/generate'
import { type Config, MnemoscopeError } from '@mnemoscope/kpi'
import { foreignFiles, leftoverFiles, mark, readFiles } from './project-files.js'

/** The generated files of a project, as they should be and as they are. */
export interface GeneratedFiles {
  /** What the configuration gives, by path: the files that every project needs, and the optional parts of this one. */
  readonly expected: ReadonlyMap<string, string>
  /** Those of them that exist, as they are. */
  readonly found: ReadonlyMap<string, string>
  /** Files that an earlier configuration gave and this one does not. */
  readonly leftover: ReadonlyMap<string, string>
  /** Whose servers they are for. */
  readonly servers: ServersForm
  /** Files of somebody else at paths of `expected`. */
  readonly foreign: readonly string[]
}

/**
 * Compares a folder with what a configuration gives. A part that was generated before stays, so people name it once.
 * @param wanted optional parts to have from now on
 * @param unwanted optional parts to have no longer; their files are left over
 * @param intoExisting whether the files are for servers that somebody runs already. The folder remembers it
 */
export function generatedFiles(
  config: Config,
  folder: string,
  wanted: readonly OptionalPart[],
  unwanted: readonly OptionalPart[] = [],
  intoExisting = false,
): GeneratedFiles {
  const known = readFiles(folder, [manifestPath]).get(manifestPath) ?? ''
  const written = pathsOfManifest(known)
  const servers = intoExisting ? 'existing' : serversOfManifest(known)
  const there = known === '' ? generatedBelow(folder, config, servers) : written
  const before = there.map(partOf).filter((part) => part !== undefined)
  const parts = [...wanted, ...before].filter((part) => !unwanted.includes(part))
  const expected = generate(config, { parts, servers })
  const found = readFiles(folder, expected.keys())
  return {
    servers,
    expected,
    found,
    leftover: leftoverFiles(folder, generatedFolders, expected, written),
    foreign: foreignFiles(expected, found, written),
  }
}

/** Paths of the files of all parts that a run has generated before, in a folder that lost its manifest. */
function generatedBelow(folder: string, config: Config, servers: ServersForm): string[] {
  const all = generate(config, { parts: optionalParts, servers })
  return [...readFiles(folder, all.keys())].flatMap(([path, text]) => (text.includes(mark) ? [path] : []))
}

/**
 * Reads the parts of `--with grafana,compose` and `--without runbooks`.
 * @throws MnemoscopeError USAGE if a part is unknown, or named by both
 */
export function partsOptions(options: { readonly with?: string; readonly without?: string }): {
  readonly wanted: OptionalPart[]
  readonly unwanted: OptionalPart[]
} {
  const wanted = partsOf('--with', options.with)
  const unwanted = partsOf('--without', options.without)
  const both = wanted.find((part) => unwanted.includes(part))
  if (both === undefined) return { wanted, unwanted }
  throw new MnemoscopeError('USAGE', `--with and --without both name ${both}`, {
    value: both,
    expected: 'each part in one of them',
    next: `Leave ${both} out of one of the two options.`,
  })
}

function partsOf(option: string, value: string | undefined): OptionalPart[] {
  if (value === undefined) return []
  return value.split(',').map((name) => {
    const part = optionalParts.find((each) => each === name.trim())
    if (part !== undefined) return part
    const known = optionalParts.join(', ')
    throw new MnemoscopeError('USAGE', `${option} does not know "${name.trim()}"; it knows ${known}`, {
      value: name,
      expected: known,
      next: 'Name one or several of them, with commas between.',
    })
  })
}
