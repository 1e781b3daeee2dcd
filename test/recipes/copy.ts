import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { repository } from '../harness/repository.js'

/** A copy of the repository in which a recipe can be followed. */
export interface Copy {
  readonly folder: string
  /** Runs a command of a recipe. @throws Error with its output where it fails */
  run(command: string): void
  /** Paths of the files that differ from the repository, or are not in it, in order. */
  changed(): string[]
  remove(): void
}

/** Copies the files that git knows or would add, the installed packages by links, and what was built. */
export function copyRepository(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-recipe-'))
  for (const path of committable(repository)) copy(path, folder)
  linkPackages(folder)
  for (const name of readdirSync(join(repository, 'packages'))) copy(`packages/${name}/dist`, folder)
  const tools = join(repository, '.mnemoscope/tools')
  mkdirSync(tools, { recursive: true })
  mkdirSync(join(folder, '.mnemoscope'))
  symlinkSync(tools, join(folder, '.mnemoscope/tools'))
  git(folder, 'init', '--quiet')
  return {
    folder,
    run(command) {
      const { status, stdout, stderr, error } = spawnSync(command, {
        cwd: folder,
        shell: true,
        encoding: 'utf8',
        env: withoutJest(process.env),
      })
      if (error) throw error
      if (status !== 0) throw new Error(`\`${command}\` ended with ${status}:\n${stdout}${stderr}`)
    },
    changed: () => committable(folder).filter((path) => !isSame(path, folder)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function copy(path: string, folder: string): void {
  const source = join(repository, path)
  if (!existsSync(source)) return
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  // What was built counts as up to date by its times.
  cpSync(source, join(folder, path), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
}

/**
 * The folders of installed packages hold relative links: to packages of the workspace, which must lead into the copy, and
 * into the store, which the copy shares.
 */
function linkPackages(folder: string): void {
  const workspaces = ['test', ...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}`)]
  for (const workspace of workspaces) copy(`${workspace}/node_modules`, folder)
  const modules = join(repository, 'node_modules')
  for (const name of readdirSync(modules).filter((each) => each !== '.pnpm')) {
    copy(`node_modules/${name}`, folder)
  }
  symlinkSync(join(modules, '.pnpm'), join(folder, 'node_modules/.pnpm'))
}

function committable(folder: string): string[] {
  const all = git(folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
  return all.filter((path) => path !== '' && existsSync(join(folder, path))).sort()
}

function isSame(path: string, folder: string): boolean {
  const original = join(repository, path)
  return existsSync(original) && readFileSync(original).equals(readFileSync(join(folder, path)))
}

function git(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`)
  return stdout
}

/** Commands of a recipe run as a person starts them, also from a test. */
function withoutJest({ NODE_OPTIONS, NODE_ENV, JEST_WORKER_ID, ...rest }: NodeJS.ProcessEnv) {
  return rest
}
