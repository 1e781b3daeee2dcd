import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Apt, aptIn, dependenciesOf, unpackAll } from './apt.js'
import { wrapAlertmanager, wrapPrometheus } from './debian-build.js'
import { withIncoming } from './incoming.js'
import { renameIntoPlace } from './into-place.js'
import { findOnPath } from './on-path.js'
import { type Family, families, type OnToolProgress } from './tool.js'

/** The folder below the tools directory that a Debian package is unpacked to. */
export function debianFolder(family: Family): string {
  return `${family}-debian`
}

/**
 * Fetches Debian's (or Ubuntu's) packages and unpacks them into the tools directory. Needs no root, installs
 * nothing, starts no service. Throws a plain error saying why it could not.
 */
export async function fetchDebian(
  wanted: readonly Family[],
  toolsDir: string,
  onProgress: OnToolProgress,
): Promise<void> {
  for (const command of ['apt-get', 'dpkg-deb']) {
    if (findOnPath([command]) === undefined) throw new Error(`there is no ${command} here`)
  }
  await withIncoming(toolsDir, async (incoming) => {
    const tell = (message: string) => wanted.forEach((tool) => void onProgress({ tool, message }))
    const debs = (family: Family) => join(incoming, `${family}-debs`)
    let apt: Apt | undefined
    for (const family of wanted) {
      onProgress({ tool: family, message: `downloading Debian's package ${families[family].debian}` })
      const first = { packages: [families[family].debian], folder: debs(family) }
      if (apt === undefined) apt = await aptIn(incoming, first, () => tell("fetching Debian's package lists"))
      else await apt.download(first.packages, first.folder)
      if (family === 'prometheus') await addPageAssets(apt, debs(family))

      onProgress({ tool: family, message: 'unpacking' })
      const unpacked = join(incoming, family)
      await unpackAll(debs(family), unpacked)
      if (family === 'prometheus')
        wrapPrometheus(unpacked, await helpOf(join(unpacked, 'usr/bin/prometheus')))
      else wrapAlertmanager(unpacked)
      renameIntoPlace(unpacked, join(toolsDir, debianFolder(family)))
    }
  })
}

/** Prometheus' own pages use scripts and fonts that Debian keeps in packages of their own, linked by relative paths. */
async function addPageAssets(apt: Apt, folder: string): Promise<void> {
  const have = new Set<string>()
  for (;;) {
    const files = readdirSync(folder)
    const named = (await Promise.all(files.map((file) => dependenciesOf(join(folder, file))))).flat()
    const missing = [...new Set(named)].filter((name) => /^(libjs|fonts)-/.test(name) && !have.has(name))
    if (missing.length === 0) return
    await apt.download(missing, folder)
    for (const name of missing) have.add(name)
  }
}

async function helpOf(command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, ['--help'])
  return `${stdout}${stderr}`
}
