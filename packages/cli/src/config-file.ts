import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Config, type ConfigInput, defineConfig, MnemoscopeError } from '@mnemoscope/kpi'

/** How long a configuration file may take to load. */
const loadingLimitMs = 30_000

const fileNames = ['mnemoscope.config.ts', 'mnemoscope.config.mjs', 'mnemoscope.config.js']

/** A configuration and where it was read. */
export interface Project {
  readonly config: Config
  /** Absolute path of the configuration file. */
  readonly configPath: string
  /** Absolute path of its folder: generated files and `.mnemoscope` lie there. */
  readonly folder: string
}

/**
 * Reads and validates the configuration file.
 * @param given path of the file; by default `mnemoscope.config.{ts,mjs,js}` in the working directory
 * @param defaults used for settings that the file leaves out, in place of the general defaults
 * @param laidOver settings that count in place of what the file says, by the file's folder
 * @throws MnemoscopeError CONFIG_NOT_FOUND, CONFIG_NOT_LOADABLE or CONFIG_INVALID
 */
export async function loadProject(
  given?: string,
  defaults: ConfigInput = {},
  laidOver: (folder: string) => object = () => ({}),
): Promise<Project> {
  const configPath = findConfigFile(given)
  const folder = dirname(configPath)
  const declared = await readConfigFile(configPath)
  const config = defineConfig(
    isPlainObject(declared)
      ? (overlay(overlay(defaults, declared), laidOver(folder)) as ConfigInput)
      : declared,
  )
  return { config, configPath, folder }
}

/** Absolute path of the configuration file of a folder, undefined where there is none. */
export function configFileIn(folder: string): string | undefined {
  return fileNames.map((name) => resolve(folder, name)).find((path) => existsSync(path))
}

function findConfigFile(given: string | undefined): string {
  const candidates = given === undefined ? fileNames.map((name) => resolve(name)) : [resolve(given)]
  const found = given === undefined ? configFileIn('.') : candidates.find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new MnemoscopeError('CONFIG_NOT_FOUND', `no configuration file: ${candidates.join(', ')}`, {
    value: given ?? process.cwd(),
    expected: 'a file that exports defineConfig({ ... })',
    next:
      given === undefined
        ? 'Run `mnemoscope init` to write one, or name one with --config.'
        : 'Check the path given with --config.',
  })
}

async function readConfigFile(path: string): Promise<ConfigInput> {
  // The file's own import resolves to this package's copy, also where the folder has no node_modules.
  const kpi = fileURLToPath(import.meta.resolve('@mnemoscope/kpi'))
  const { createJiti } = await import('jiti')
  const jiti = createJiti(join(dirname(path), 'mnemoscope'), {
    alias: { '@mnemoscope/kpi': kpi },
    moduleCache: false,
    fsCache: false,
  })
  let exported: unknown
  try {
    // Evaluated from its text: an imported .mjs file would stay what it was at the first import.
    const module = await withinLimit(
      jiti.evalModule(readFileSync(path, 'utf8'), {
        filename: path,
        ext: extname(path),
        async: true,
        forceTranspile: true,
      }),
    )
    exported = isPlainObject(module) && 'default' in module ? module.default : module
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'CONFIG_INVALID') throw error
    throw new MnemoscopeError(
      'CONFIG_NOT_LOADABLE',
      `${path}: ${error instanceof Error ? error.message : error}`,
      {
        value: path,
        expected: 'a module that loads and exports defineConfig({ ... }) as its default',
        next: 'Mend the file and run the command again; nothing was changed.',
        cause: error,
      },
    )
  }
  // defineConfig has validated already; what it was given is taken so that defaults can be laid underneath.
  return isConfig(exported) ? exported.declared : (exported as ConfigInput)
}

/**
 * What a file waits for may never come. Without a timer node would then find nothing left to do and end the command as
 * if all were well.
 */
async function withinLimit(loading: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const why = `not loaded after ${loadingLimitMs / 1_000} s: something it awaits does not come`
    timer = setTimeout(() => reject(new Error(why)), loadingLimitMs)
  })
  try {
    return await Promise.race([loading, limit])
  } finally {
    clearTimeout(timer)
  }
}

function isConfig(exported: unknown): exported is Config<ConfigInput> {
  return typeof exported === 'object' && exported !== null && 'declared' in exported
}

/** What the file says, laid over defaults; objects merge key by key, anything else is replaced. */
function overlay(under: object, over: object): object {
  // A map, so that a key such as __proto__ stays one, and is refused.
  const merged = new Map<string, unknown>(Object.entries(under))
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key)
    merged.set(key, isPlainObject(below) && isPlainObject(value) ? overlay(below, value) : value)
  }
  return Object.fromEntries(merged)
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
