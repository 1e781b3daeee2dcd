// The packages as their users get them: packed as for publishing, installed by npm or unpacked beside what they need.
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run-command.mjs'

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Packs a package of the workspace, its own dependencies on the workspace resolved; gives the tarball's path. */
export async function pack(name, folder) {
  const { packageManager } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
  const target = join(folder, name)
  const pnpm = ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'pnpm']
  await run('npm', [...pnpm, 'pack', '--pack-destination', target], {
    cwd: join(repository, 'packages', name),
  })
  const [tarball] = await readdir(target)
  return join(target, tarball)
}

/** Unpacks a tarball into a project as if it were installed, with the dependencies that the workspace has already. */
export async function unpack(name, tarball, project) {
  const modules = join(project, 'node_modules')
  const target = join(modules, '@mnemoscope', name)
  await mkdir(target, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  const {
    dependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'))
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (dependency) => !dependency.startsWith('@mnemoscope/') && !peerDependenciesMeta[dependency]?.optional,
  )
  for (const dependency of needed) {
    await mkdir(dirname(join(modules, dependency)), { recursive: true })
    await symlink(join(repository, 'packages', name, 'node_modules', dependency), join(modules, dependency))
  }
}
