import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Found, Memory } from '@mnemoscope/evaluation'

interface Line {
  readonly scope: string
  readonly id: string
  /** Null: deleted. */
  readonly text: string | null
}

/** Entries in a file of changes, by scope and id: what one process writes, the next one finds, also after a kill. */
export function entriesIn(file: string): Map<string, Line & { readonly text: string }> {
  const entries = new Map<string, Line & { readonly text: string }>()
  if (!existsSync(file)) return entries
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const { scope, id, text } = JSON.parse(line) as Line
    if (text === null) entries.delete(`${scope} ${id}`)
    else entries.set(`${scope} ${id}`, { scope, id, text })
  }
  return entries
}

/** A memory in such a file. */
export function fileMemory(file: string): Memory {
  const write = (line: Line) => appendFileSync(file, `${JSON.stringify(line)}\n`)
  return {
    add: ({ id, text }, { scope }) => write({ scope, id, text }),
    update: ({ id, text }, { scope }) => write({ scope, id, text }),
    delete: (id, { scope }) => write({ scope, id, text: null }),
    search(question, { scope, limit }): Found[] {
      const names = question.match(/\b[A-Z]\w{6,}/g) ?? ['canary']
      const all = [...entriesIn(file).values()].filter((entry) => entry.scope === scope)
      return all.filter(({ text }) => names.some((name) => text.includes(name))).slice(0, limit)
    },
  }
}
