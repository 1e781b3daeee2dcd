import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { aptIn, dependenciesOf, unpackAll } from '../../packages/servers/src/tools/apt.js'
import { renameIntoPlace, withIncoming } from '../../packages/servers/src/tools/incoming.js'
import { findOnPath } from '../../packages/servers/src/tools/program.js'
import { toolsDir } from '../harness/repository.js'

/** Runs a command of docker-compose. `config` needs no engine. */
export type DockerCompose = (
  args: readonly string[],
  cwd: string,
) => Promise<{ stdout: string; stderr: string }>

/**
 * docker-compose from PATH, or Debian's package with the Python modules it needs, unpacked without being installed.
 * @returns undefined where there is neither
 */
export async function findDockerCompose(): Promise<DockerCompose | undefined> {
  const run = promisify(execFile)
  const installed = findOnPath(['docker-compose'])
  if (installed !== undefined) return (args, cwd) => run(installed, args, { cwd })
  const python = findOnPath(['python3'])
  if (
    python === undefined ||
    findOnPath(['apt-get']) === undefined ||
    findOnPath(['dpkg-deb']) === undefined
  ) {
    return undefined
  }
  const folder = join(toolsDir, 'docker-compose-debian')
  if (!existsSync(folder)) await fetchPackages(folder)
  const env = { ...process.env, PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages') }
  // The modules are those of Debian's own Python.
  const debianPython = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : python
  return (args, cwd) => run(debianPython, [join(folder, 'usr/bin/docker-compose'), ...args], { cwd, env })
}

/** Downloads the package and, over and over, those Python modules that its packages depend on. */
async function fetchPackages(folder: string): Promise<void> {
  mkdirSync(toolsDir, { recursive: true })
  await withIncoming(toolsDir, async (incoming) => {
    const debs = join(incoming, 'compose-debs')
    const have = new Set(['docker-compose'])
    const apt = await aptIn(incoming, { packages: [...have], folder: debs }, () => undefined)
    for (;;) {
      const files = readdirSync(debs)
      const named = (await Promise.all(files.map((file) => dependenciesOf(join(debs, file))))).flat()
      const missing = [...new Set(named)].filter((name) => /^python3-/.test(name) && !have.has(name))
      if (missing.length === 0) break
      for (const name of missing) have.add(name)
      // Some are names that other packages provide, such as `python3-distutils-extra:any`.
      await apt.download(missing, debs)
    }
    const unpacked = join(incoming, 'compose')
    await unpackAll(debs, unpacked)
    renameIntoPlace(unpacked, folder)
  })
}
