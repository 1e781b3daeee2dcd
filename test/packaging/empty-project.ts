import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import type { Tarballs } from './check.js'
import { unpack } from './packed.js'
import { run } from './run-command.js'

const consumers = join(repository, 'test', 'packaging', 'consumers')

/** The `type` of a package.json. */
export type ModuleType = 'module' | 'commonjs'

/** Makes a project with nothing in it. @returns its folder */
export async function emptyProject(
  folder: string,
  name: string,
  type: ModuleType,
  fields: object = {},
): Promise<string> {
  const project = join(folder, name)
  await mkdir(project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ name, private: true, type, ...fields }))
  return project
}

/** Installs packages and tarballs into a project, as its users do. */
export async function install(project: string, specifiers: readonly string[]): Promise<void> {
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...specifiers], {
    cwd: project,
  })
}

/** Puts the packed packages into a project without a registry. */
export async function unpackAll(project: string, tarballs: Tarballs): Promise<void> {
  for (const name of ['kpi', 'evaluation', 'instrumentation'] as const)
    await unpack(name, tarballs[name], project)
}

/** Runs one of the programs in `consumers` inside a project. @returns what it prints */
export async function consume(project: string, program: string, node = process.execPath): Promise<string> {
  await cp(join(consumers, program), join(project, program))
  return (await run(node, [program], { cwd: project })).trim()
}

/** Checks the types of a program of `consumers` in a project; `module` 'commonjs' is how older services compile. */
export async function checkTypes(
  project: string,
  { program = 'types.ts', module = 'nodenext' }: { program?: string; module?: 'nodenext' | 'commonjs' } = {},
): Promise<void> {
  await cp(join(consumers, program), join(project, program))
  await run(
    process.execPath,
    [
      join(repository, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023', '--types', 'node', '--typeRoots'],
      join(repository, 'node_modules', '@types'),
      ...['--skipLibCheck', '--module', module, '--moduleResolution'],
      ...[module === 'commonjs' ? 'bundler' : module, program],
    ],
    { cwd: project },
  )
}
