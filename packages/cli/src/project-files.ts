import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Texts of the files at these paths below a folder; a file that is not there has no entry. */
export function readFiles(folder: string, paths: Iterable<string>): Map<string, string> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    try {
      texts.set(path, readFileSync(join(folder, path), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return texts
}

/**
 * Generated files that the configuration no longer gives: those in generated folders, and those that an earlier run wrote
 * elsewhere. Files without our header are somebody else's: they are neither reported nor removed.
 * @param written paths that an earlier run wrote, from its manifest
 */
export function leftoverFiles(
  folder: string,
  folders: readonly string[],
  expected: ReadonlyMap<string, string>,
  written: readonly string[] = [],
): Map<string, string> {
  const there = [...folders.flatMap((below) => filesBelow(folder, below)), ...written]
  const paths = there.filter((path) => !expected.has(path))
  return new Map([...readFiles(folder, paths)].filter(([, text]) => text.includes('`mnemoscope generate`')))
}

export function removeFiles(folder: string, paths: Iterable<string>): void {
  for (const path of paths) rmSync(join(folder, path), { force: true })
}

function filesBelow(folder: string, below: string): string[] {
  try {
    return readdirSync(join(folder, below), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => `${below}/${name}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Writes each file whole or not at all: beside it first, then renamed into its place. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>, mode = 0o644): void {
  for (const [path, text] of files) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    const beside = `${target}.${process.pid}.tmp`
    writeFileSync(beside, text, { mode })
    renameSync(beside, target)
  }
}
