import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Memory } from '@mnemoscope/evaluation'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'

/**
 * Loads the memory that a module exports as its default: an object with `add` and `search`, or a function that returns
 * one.
 * @throws MnemoscopeError USAGE if there is no such file; MEMORY_UNUSABLE if it does not load or exports something else
 */
export function loadMemory(path: string): Promise<Memory> {
  return loadExport<Memory>(path, ['add', 'search'])
}

/**
 * Loads the object that a module exports as its default, or that its function returns.
 * @param functions what it must have
 * @throws MnemoscopeError as `loadMemory`
 */
export async function loadExport<Export>(path: string, functions: readonly string[]): Promise<Export> {
  const file = resolve(path)
  if (!existsSync(file)) {
    throw new MnemoscopeError('USAGE', `there is no module at ${file}`, {
      value: path,
      expected: 'a module that exports a memory as its default',
      next: 'Check the path. docs/evaluating.md and docs/store.md have examples of a module.',
    })
  }
  const exported = await importDefault(file)
  const memory = typeof exported === 'function' ? await made(file, exported) : exported
  const missing = functions.filter((name) => typeof (memory as never)?.[name] !== 'function')
  if (typeof memory === 'object' && memory !== null && missing.length === 0) return memory as Export
  const what =
    typeof memory === 'object' && memory !== null ? `has no ${missing.join(' and no ')}` : 'is no object'
  throw unusable(file, `its default export ${what}`)
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module = /^\.[cm]?ts$/.test(extname(file))
      ? await importTypeScript(file)
      : await import(pathToFileURL(file).href)
    return (module as { default?: unknown }).default
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error), error)
  }
}

/** Compiled as configuration files are. */
async function importTypeScript(file: string): Promise<unknown> {
  const { createJiti } = await import('../config-transform.js')
  return createJiti(file, { fsCache: false }).import(file)
}

async function made(file: string, make: unknown): Promise<unknown> {
  try {
    return await (make as () => unknown)()
  } catch (error) {
    throw unusable(file, `its function failed: ${error instanceof Error ? error.message : error}`, error)
  }
}

function unusable(file: string, why: string, cause?: unknown): MnemoscopeError {
  return new MnemoscopeError('MEMORY_UNUSABLE', `${file}: ${why}`, {
    value: file,
    expected: 'a default export with the functions of a memory, or a function that returns one',
    next: 'Correct the module. docs/evaluating.md and docs/store.md have examples.',
    cause,
  })
}
