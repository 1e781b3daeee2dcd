import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { unpack } from './archive.js'
import { type DownloadLimits, downloadFile, downloadText } from './download.js'
import { renameIntoPlace, withIncoming } from './incoming.js'
import { type Family, families, type OnToolProgress } from './tool.js'

/** Where both projects publish their releases. */
export const releaseBaseUrl = 'https://github.com/prometheus'

/** Node's names for platforms and processors -> those in the names of the archives. */
const platforms: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' }
const processors: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The list of checksums is asked for first, and shows within seconds whether the site can be reached at all. */
const listLimits: DownloadLimits = { answer: 5_000, stall: 5_000, total: 15_000 }
const archiveLimits: DownloadLimits = { answer: 15_000, stall: 30_000, total: 600_000 }

/** Name of a release's archive without `.tar.gz`; undefined where there is none for this machine. */
export function archiveName(
  family: Family,
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const system = platforms[platform]
  const processor = processors[arch]
  if (system === undefined || processor === undefined) return undefined
  return `${family}-${families[family].release}.${system}-${processor}`
}

/** The SHA-256 that a `sha256sums.txt` (lines of `HEX  NAME`) gives for a file. */
export function checksumIn(list: string, file: string): string | undefined {
  return list
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([hex, name]) => name === file && /^[0-9a-f]{64}$/i.test(hex ?? ''))?.[0]
    ?.toLowerCase()
}

/** The folder below the tools directory that a release is unpacked to. */
export function releaseFolder(family: Family): string {
  return `${family}-${families[family].release}`
}

/**
 * Fetches the pinned release of a project, compares it with the checksum its project published beside it and puts it into the tools
 * directory. Throws TOOL_CHECKSUM if they differ, a plain error saying why for everything else.
 */
export async function fetchRelease(
  family: Family,
  toolsDir: string,
  onProgress: OnToolProgress,
  baseUrl = releaseBaseUrl,
): Promise<void> {
  const name = archiveName(family)
  if (name === undefined) throw new Error(`no release for ${process.platform} on ${process.arch}`)
  const folderUrl = `${baseUrl}/${family}/releases/download/v${families[family].release}`
  const file = `${name}.tar.gz`
  await withIncoming(toolsDir, async (incoming) => {
    const expected = checksumIn(await downloadText(`${folderUrl}/sha256sums.txt`, listLimits), file)
    if (expected === undefined) throw new Error(`${folderUrl}/sha256sums.txt does not name ${file}`)

    const archive = join(incoming, file)
    const message = `downloading ${family} ${families[family].release}`
    onProgress({ tool: family, message, fraction: 0 })
    let reported = 0
    const received = await downloadFile(`${folderUrl}/${file}`, archive, archiveLimits, (fraction) => {
      // Report full percents only: thousands of pieces come, and a caller may print each line.
      const percent = Math.floor(fraction * 100)
      if (percent > reported) onProgress({ tool: family, message, fraction: percent / 100 })
      reported = percent
    })
    requireChecksum(`${folderUrl}/${file}`, received, expected)

    const unpacked = join(incoming, 'unpacked')
    mkdirSync(unpacked)
    await unpack(archive, unpacked)
    renameIntoPlace(unpacked, join(toolsDir, releaseFolder(family)))
  })
}

function requireChecksum(url: string, received: string, expected: string): void {
  if (received === expected) return
  throw new MnemoscopeError('TOOL_CHECKSUM', `${url} does not have the checksum its project published`, {
    value: received,
    expected,
    next: 'try again; if it fails again, something between here and the site changes the download',
  })
}
