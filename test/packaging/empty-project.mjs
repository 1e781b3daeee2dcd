import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository, unpack } from './packed.mjs'
import { run } from './run-command.mjs'

const consumers = join(repository, 'test', 'packaging', 'consumers')

/** A project with nothing in it. `type` is that of its package.json: 'module' or 'commonjs'. */
export async function emptyProject(folder, name, type, fields = {}) {
  const project = join(folder, name)
  await mkdir(project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ name, private: true, type, ...fields }))
  return project
}

/** Installs packages and tarballs into a project, as its users do. */
export async function install(project, specifiers) {
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...specifiers], {
    cwd: project,
  })
}

/** Puts the packed packages into a project without a registry. */
export async function unpackAll(project, tarballs) {
  for (const name of ['kpi', 'instrumentation']) await unpack(name, tarballs[name], project)
}

/** Runs one of the programs in `consumers` inside a project; gives what it prints. */
export async function consume(project, program, node = process.execPath) {
  await cp(join(consumers, program), join(project, program))
  return (await run(node, [program], { cwd: project })).trim()
}

/** Checks the types of a program of `consumers` in a project; `module` 'commonjs' is how older services compile. */
export async function checkTypes(project, { program = 'types.ts', module = 'nodenext' } = {}) {
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
