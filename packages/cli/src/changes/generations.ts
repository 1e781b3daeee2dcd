import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { writeFiles } from '../project-files.js'

/**
 * Generated files in a folder that Prometheus and Alertmanager read, several generations of them side by side:
 * `FOLDER/current` is a link to the one in force. Switching is one rename, so a server that reloads in between
 * reads all of one generation or all of another. The link is relative: the folder can be mounted anywhere.
 */
export interface Generations {
  /** Path through the link; the same for every generation, so that Prometheus knows its rule groups again. */
  readonly current: string
  /** Name of the generation in force; undefined before the first. */
  active(): string | undefined
  /** Writes files as a generation of their own, without putting it in force. @returns its name */
  add(files: ReadonlyMap<string, string>): string
  folderOf(name: string): string
  /** A file of a generation; undefined where it is not there. */
  read(name: string, path: string): string | undefined
  /** Puts a generation in force for whoever reads next. */
  activate(name: string): void
  remove(name: string): void
  /** Removes all but the generation in force and the newest others, which are kept to be looked at. */
  prune(): void
}

const digits = 6
const kept = 5

/** The generations of a folder, which is made if it is not there. */
export function generationsIn(folder: string): Generations {
  const root = resolve(folder)
  const home = join(root, 'generations')
  const current = join(root, 'current')
  mkdirSync(home, { recursive: true })

  const all = () =>
    readdirSync(home)
      .filter((name) => /^\d+$/.test(name))
      .sort()
  const active = () => {
    try {
      const name = basename(readlinkSync(current))
      return existsSync(join(home, name)) ? name : undefined
    } catch {
      return undefined
    }
  }
  const remove = (name: string) => rmSync(join(home, name), { recursive: true, force: true })
  return {
    current,
    active,
    folderOf: (name) => join(home, name),
    add(files) {
      const name = String(Number(all().at(-1) ?? 0) + 1).padStart(digits, '0')
      writeFiles(join(home, name), files)
      return name
    },
    read(name, path) {
      try {
        return readFileSync(join(home, name, path), 'utf8')
      } catch {
        return undefined
      }
    },
    activate(name) {
      const beside = `${current}.${process.pid}.tmp`
      rmSync(beside, { force: true })
      symlinkSync(join('generations', name), beside)
      renameSync(beside, current)
    },
    remove,
    prune() {
      const others = all().filter((name) => name !== active())
      for (const name of others.slice(0, Math.max(0, others.length - kept))) remove(name)
    },
  }
}
