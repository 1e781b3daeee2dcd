import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'

const names = readdirSync(join(repository, 'packages'))
const inPackage = (name: string, ...path: string[]) => join(repository, 'packages', name, ...path)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: true
  readonly files: readonly string[]
  readonly bin?: Record<string, string>
  readonly exports: Record<string, Record<string, string>>
  readonly dependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/**
 * Paths of the files that a package publishes: `files` of its package.json names folders, files, and files to leave out.
 * npm's own answer takes ten seconds for all packages; `npm run test:readme` packs and installs them.
 */
function publishedFiles(name: string): string[] {
  const { files } = manifestOf(inPackage(name))
  const excluded = files.filter((each) => each.startsWith('!')).map((each) => each.split('/').at(-1))
  const included = files.filter((each) => !each.startsWith('!') && existsSync(inPackage(name, each)))
  const below = included.flatMap((each) => {
    if (!statSync(inPackage(name, each)).isDirectory()) return [each]
    const entries = readdirSync(inPackage(name, each), { recursive: true, encoding: 'utf8' })
    return entries
      .map((entry) => `${each}/${entry}`)
      .filter((path) => statSync(inPackage(name, path)).isFile())
  })
  const kept = below.filter((path) => !excluded.includes(path.split('/').at(-1)))
  return ['package.json', ...(existsSync(inPackage(name, 'README.md')) ? ['README.md'] : []), ...kept]
}

describe.each(names)('the package %s', (name) => {
  const manifest = manifestOf(inPackage(name))
  const files = publishedFiles(name)

  test('can be published, with the version of the repository', () => {
    expect(manifest.private).toBeUndefined()
    expect(manifest.name).toBe(`@mnemoscope/${name}`)
    expect(manifest.version).toBe(manifestOf(repository).version)
  })

  test('holds each file that its exports and commands name, and a README', () => {
    const named = [
      ...Object.values(manifest.bin ?? {}),
      ...Object.values(manifest.exports).flatMap((conditions) => Object.values(conditions)),
    ]
    const missing = named.map((path) => path.replace('./', ''))
    expect(files).toEqual(expect.arrayContaining([...missing, 'README.md']))
    expect(files.filter((path) => /(^|\/)test\/|\.tsbuildinfo$/.test(path))).toEqual([])
  })

  test('declares each package that it imports, with an exact version', () => {
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest
    const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies }
    const imported = files
      .filter((path) => /^(bin|dist)\/.*\.js$/.test(path))
      .flatMap((path) => importsOf(readFileSync(inPackage(name, path), 'utf8')))
    expect([...new Set(imported)].filter((each) => each !== manifest.name && !(each in declared))).toEqual([])
    for (const version of Object.values({ ...dependencies, ...optionalDependencies }))
      expect(version).toMatch(/^(workspace:\*|\d+\.\d+\.\d+(-[\w.]+)?)$/)
  })

  test('declares each package that the types of its entry points import, with their types', () => {
    const { dependencies = {}, peerDependencies = {} } = manifest
    const declared = { ...dependencies, ...peerDependencies }
    const entries = Object.values(manifest.exports).flatMap(({ types }) => types ?? [])
    const imported = [...new Set(typesReachedFrom(entries.map((path) => inPackage(name, path))))]
    expect(imported.filter((each) => !(each in declared))).toEqual([])
    const untyped = imported.filter((each) => !hasTypes(inPackage(name, 'node_modules', each)))
    expect(untyped.filter((each) => !(`@types/${each}` in dependencies))).toEqual([])
  })
})

/** Names of the packages that these files of types import, and the files that they import in turn. */
function typesReachedFrom(files: readonly string[]): string[] {
  const reached = new Set(files)
  for (const file of reached) {
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:from |import\()['"](\.[^'"]+)\.js['"]/g,
    ))
      reached.add(join(dirname(file), `${path}.d.ts`))
  }
  return [...reached].flatMap((file) => importsOf(readFileSync(file, 'utf8')))
}

/** Whether a package says itself of what types it is. */
function hasTypes(folder: string): boolean {
  const { types, typings, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    types?: string
    typings?: string
    exports?: object
  }
  return (types ?? typings) !== undefined || /\.d\.[cm]?ts"/.test(JSON.stringify(exports ?? {}))
}

/** Names of the packages that a module imports; those of Node and of its own folder left out. */
function importsOf(source: string): string[] {
  const specifiers = source.matchAll(
    /^(?:import|export)\s+(?:[\w*\s{},$]+?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm,
  )
  return [...specifiers]
    .map(([, fixed, dynamic]) => (fixed ?? dynamic) as string)
    .filter((each) => !/^(\.|node:)/.test(each) && !builtinModules.includes(each))
    .map((each) => each.split('/', each.startsWith('@') ? 2 : 1).join('/'))
}
