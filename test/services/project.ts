import { cp, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import { emptyProject, install, unpackAll } from '../packaging/empty-project.js'
import { pack } from '../packaging/packed.js'

/** Programs that are fetched from npm for these shapes alone. */
const fetched = {
  pm2: '7.0.4',
  esbuild: '0.28.2',
  rollup: '4.68.8',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rollup/plugin-commonjs': '29.0.0',
  '@rollup/plugin-json': '6.1.0',
  vite: '8.4.0',
  webpack: '5.113.0',
}

/** Frameworks that the workspace has. */
const frameworks = ['express', 'compression', 'fastify', 'hono', 'koa']

/** A project of a user: the packed packages, frameworks, bundlers and PM2. @returns its folder */
export async function makeProject(folder: string): Promise<string> {
  const project = await emptyProject(folder, 'service', 'module')
  await install(
    project,
    Object.entries(fetched).map(([name, version]) => `${name}@${version}`),
  )
  // One after the other: packing builds, and they build the same project.
  const kpi = await pack('kpi', folder)
  const evaluation = await pack('evaluation', folder)
  const instrumentation = await pack('instrumentation', folder)
  await unpackAll(project, { kpi, evaluation, instrumentation })
  for (const name of frameworks) {
    const target = join(repository, 'packages/instrumentation/node_modules', name)
    await symlink(target, join(project, 'node_modules', name))
  }
  const programs = join(repository, 'test/services/programs')
  for (const name of await readdir(programs)) await cp(join(programs, name), join(project, name))
  return project
}
