import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'

/** What a reader of a section does, in its order. */
export type Step =
  | { readonly does: 'write'; readonly file: string; readonly text: string }
  | { readonly does: 'run'; readonly command: string; readonly untilCtrlC: boolean }

export function readme(): string {
  return readFileSync(join(repository, 'README.md'), 'utf8')
}

/** The blocks of one language below a heading, or in the complete page. */
export function blocks(language: string, page: string): string[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, of]) => of === language)
    .map(([, , text]) => text as string)
}

/** The text between a heading of the second level and the next one. */
export function section(heading: string, page = readme()): string {
  const [, rest] = page.split(`\n## ${heading}\n`)
  if (rest === undefined) throw new Error(`README.md has no section "${heading}"`)
  return rest.split('\n## ')[0] as string
}

/**
 * Reads the steps of a section. A block of `sh` is a command a line; its comment says "until Ctrl-C" if it runs on. A
 * block of `js` or `ts` is a file if its first line is a comment with the file's name.
 */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, language, block = '']): Step[] => {
    if (language === 'sh') return block.trimEnd().split('\n').map(commandStep)
    const [, file] = /^\/\/ (\S+\.\w+)\n/.exec(block) ?? []
    return file === undefined ? [] : [{ does: 'write', file, text: block }]
  })
}

function commandStep(line: string): Step {
  const [command = '', comment = ''] = line.split(/\s+# /)
  return { does: 'run', command, untilCtrlC: comment.includes('until Ctrl-C') }
}
