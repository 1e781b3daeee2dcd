// The packages as their users get them: packed as for publishing, installed by npm or unpacked beside what they need.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { repository } from '../harness/repository.js'
import { run } from './run-command.js'

/** Packs a package, its dependencies on the workspace resolved. @returns the tarball's path */
export async function pack(name: string, folder: string): Promise<string> {
  const manifest = await readFile(join(repository, 'package.json'), 'utf8')
  const { packageManager } = JSON.parse(manifest) as { packageManager: string }
  const target = join(folder, name)
  const pnpm = ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'pnpm']
  await run('npm', [...pnpm, 'pack', '--pack-destination', target], {
    cwd: join(repository, 'packages', name),
  })
  const [tarball] = await readdir(target)
  if (tarball === undefined) throw new Error(`packing ${name} left no tarball in ${target}`)
  return join(target, tarball)
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** Unpacks a tarball into a project as if it were installed, with the dependencies that the workspace has already. */
export async function unpack(name: string, tarball: string, project: string): Promise<void> {
  const modules = join(project, 'node_modules')
  const target = join(modules, '@mnemoscope', name)
  await mkdir(target, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  const {
    dependencies = {},
    peerDependencies = {},
    peerDependenciesMeta = {},
  } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as Manifest
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (dependency) =>
      !dependency.startsWith('@mnemoscope/') &&
      !peerDependenciesMeta[dependency]?.optional &&
      // Several of the packages depend on it.
      !existsSync(join(modules, dependency)),
  )
  for (const dependency of needed) {
    await mkdir(dirname(join(modules, dependency)), { recursive: true })
    await symlink(join(repository, 'packages', name, 'node_modules', dependency), join(modules, dependency))
  }
}
