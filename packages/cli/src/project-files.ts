import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
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
