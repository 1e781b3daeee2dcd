import { readdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * What tells one state of a configuration file from another: size, time and inode of the file and of the modules
 * beside it, which it may import. Looked at, not listened for: mounted and shared folders tell nobody of changes.
 */
export function stampOf(configPath: string): string {
  const folder = dirname(configPath)
  return namesIn(folder)
    .filter((name) => /\.(?:[cm]?[jt]s|json)$/.test(name))
    .sort()
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false })
      return stat?.isFile() === true ? `${name} ${stat.size} ${stat.mtimeMs} ${stat.ino}` : ''
    })
    .join('\n')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A folder that is away, as a mounted one may be, holds nothing: the file is reported as missing.
    return []
  }
}

/** Who owns the file, which is the best guess at who wrote it. */
export function ownerOf(
  configPath: string,
  whoAmI: () => { uid: number; username: string } = userInfo,
): string {
  const uid = statSync(configPath, { throwIfNoEntry: false })?.uid
  if (uid === undefined) return 'unknown'
  try {
    const { uid: own, username } = whoAmI()
    if (uid === own) return username
  } catch {
    // In a container a user may have a number and no name.
  }
  return `user ${uid}`
}
