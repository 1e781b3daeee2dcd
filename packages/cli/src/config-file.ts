import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { types } from 'node:util'
import * as kpi from '@mnemoscope/kpi'
import { type Config, type ConfigInput, defineConfig, MnemoscopeError } from '@mnemoscope/kpi'

/** How long a configuration file may take to load. */
const loadingLimitMs = 30_000

const fileNames = ['mnemoscope.config.ts', 'mnemoscope.config.mjs', 'mnemoscope.config.js']

/** A configuration and where it was read. */
export interface Project {
  readonly config: Config
  /** Absolute path of the configuration file. */
  readonly configPath: string
  /** Absolute path of its folder, which also has the generated files and `.mnemoscope`. */
  readonly folder: string
}

/**
 * Reads and validates the configuration file.
 * @param given path of the file; by default `mnemoscope.config.{ts,mjs,js}` in the working directory
 * @param defaults replace the general defaults for settings that the file leaves out
 * @param patchOf gets the file's folder, returns settings that replace those of the file
 * @throws MnemoscopeError CONFIG_NOT_FOUND, CONFIG_NOT_LOADABLE or CONFIG_INVALID
 */
export async function loadProject(
  given?: string,
  defaults: ConfigInput = {},
  patchOf: (folder: string) => object = () => ({}),
): Promise<Project> {
  const configPath = findConfigFile(given)
  const folder = dirname(configPath)
  const declared = await readConfigFile(configPath)
  const config = defineConfig(
    isPlainObject(declared)
      ? (overlay(overlay(defaults, declared), patchOf(folder)) as ConfigInput)
      : declared,
  )
  return { config, configPath, folder }
}

/** Absolute path of the configuration file of a folder, undefined if there is none. */
export function configFileIn(folder: string): string | undefined {
  return fileNames.map((name) => resolve(folder, name)).find((path) => existsSync(path))
}

function findConfigFile(given: string | undefined): string {
  const found = given === undefined ? configFileIn('.') : existsSync(given) ? resolve(given) : undefined
  if (found !== undefined) return found
  const missing =
    given === undefined
      ? `in ${process.cwd()}: ${fileNames.slice(0, -1).join(', ')} or ${fileNames.at(-1)}`
      : `at ${resolve(given)}`
  throw new MnemoscopeError('CONFIG_NOT_FOUND', `no configuration file ${missing}`, {
    value: given ?? process.cwd(),
    expected: 'a file that exports defineConfig({ ... })',
    next:
      given === undefined
        ? 'Run `npx mnemoscope init` to write one, or name one with --config.'
        : 'Check the path that you gave.',
  })
}

async function readConfigFile(path: string): Promise<ConfigInput> {
  const { createJiti, transformConfig } = await import('./config-transform.js')
  const jiti = createJiti(join(dirname(path), 'mnemoscope'), {
    // The file's import gives this process's copy, so that it also loads in a folder without node_modules.
    virtualModules: { '@mnemoscope/kpi': kpi },
    moduleCache: false,
    fsCache: false,
    transform: transformConfig,
  })
  let exported: unknown
  try {
    // Evaluated from its text, because Node caches an imported .mjs file.
    const module = await withinLimit(
      jiti.evalModule(readFileSync(path, 'utf8'), {
        filename: path,
        ext: extname(path),
        async: true,
        forceTranspile: true,
      }),
    )
    exported = exportOf(module)
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'CONFIG_INVALID') throw error
    throw new MnemoscopeError(
      'CONFIG_NOT_LOADABLE',
      `${path}: ${types.isNativeError(error) ? error.message : error}`,
      {
        value: path,
        expected: 'a module that loads and exports defineConfig({ ... }) as its default',
        next: 'Fix the file. Nothing was changed.',
        cause: error,
      },
    )
  }
  // defineConfig has validated it already. Take its input, so that defaults can be added.
  return isConfig(exported) ? exported.declared : (exported as ConfigInput)
}

/** The default export of a module, or the `module.exports` of CommonJS. @throws Error if it exports nothing */
function exportOf(module: unknown): unknown {
  if (!isPlainObject(module)) return module
  if ('default' in module) return module.default
  // Without this, a forgotten `export default` would be an empty configuration: valid, and with every default.
  if (Object.keys(module).length === 0) throw new Error('it has no `export default`')
  return module
}

/**
 * A file can wait for something forever. Without a timer, Node would then have nothing left to do and end the command
 * with exit code 0.
 */
async function withinLimit(loading: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const why = `not loaded after ${loadingLimitMs / 1_000} s: it waits for something that does not happen`
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

/** Merges settings over others: objects key by key; anything else is replaced. */
function overlay(under: object, over: object): object {
  // A map, so that a key such as __proto__ stays a key and is refused.
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
