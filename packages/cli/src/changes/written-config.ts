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
export function ownerOf(configPath: string): string {
  const uid = statSync(configPath, { throwIfNoEntry: false })?.uid
  const { uid: own, username } = userInfo()
  if (uid === undefined) return 'unknown'
  return uid === own ? username : `user ${uid}`
}
