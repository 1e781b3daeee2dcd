import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A recipe as `docs/recipes.md` has it. */
export interface WrittenRecipe {
  /** Files that are edited by hand, as they are written: `packages/kpi/src/catalog/<name>.ts`. */
  readonly files: readonly string[]
  /** Commands that make the rest, in their order. */
  readonly commands: readonly string[]
}

/**
 * The recipe under a heading of `docs/recipes.md`.
 * @throws Error where the page has no such recipe, or it lists nothing
 */
export function writtenRecipe(repository: string, title: string): WrittenRecipe {
  const page = readFileSync(join(repository, 'docs/recipes.md'), 'utf8')
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`))
  if (section === undefined) throw new Error(`docs/recipes.md has no recipe "${title}"`)
  const files = [...section.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file]) => file as string)
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? []
  const commands = block.split('\n').filter((line) => line.trim() !== '')
  if (files.length === 0 || commands.length === 0) {
    throw new Error(`docs/recipes.md lists no files or no commands under "${title}"`)
  }
  return { files, commands }
}
