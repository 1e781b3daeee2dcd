import { setTimeout as wait } from 'node:timers/promises'
import type { AnswerOf } from '@mnemoscope/recorder'
import pc from 'picocolors'
import { problemLines } from '../changes/change-text.js'
import { ask } from '../recorder-client.js'
import { printableLine } from '../terminal.js'

/** What the recorder says of the configuration in use. */
export type ConfigState = Pick<AnswerOf<'GET /api/config'>, 'hash' | 'problem'>

type Change = Pick<AnswerOf<'GET /api/config/changes'>['changes'][number], 'by' | 'summary' | 'sha256'>

const everyMs = 2_000

/**
 * The lines for an edit: what it changed, or why it is not applied. Undefined if nothing is new.
 * @param before undefined at the first look
 * @param newest the newest change that is stored; it can be of an earlier hash
 */
export function editNote(
  before: ConfigState | undefined,
  now: ConfigState,
  newest: Change | undefined,
): string | undefined {
  const { problem, hash } = now
  if (problem !== null && problem.at !== before?.problem?.at)
    return problemLines({ ...problem, at: new Date(problem.at * 1_000) }, false)
  if (before === undefined) return undefined
  if (hash !== before.hash) {
    const by = newest?.sha256 === hash ? `, by ${printableLine(newest.by)}` : ''
    const summary = newest?.sha256 === hash ? newest.summary : []
    return [`${pc.green('Applied')}${by}`, ...summary.map((line) => `  ${printableLine(line)}`)].join('\n')
  }
  return before.problem !== null && problem === null
    ? pc.green('The configuration is applied again.')
    : undefined
}

/** Says at the terminal of `mnemoscope up` what became of each edit, until it stops. */
export async function announceEdits(
  recorder: string,
  folder: string,
  say: (text: string) => void,
  stopping: AbortSignal,
): Promise<void> {
  let before: ConfigState | undefined
  let wasEarly = false
  while (!stopping.aborted) {
    try {
      const now = await ask(recorder, 'GET /api/config', { has: 'hash', folder })
      const isChanged = before !== undefined && before.hash !== now.hash
      const changes = isChanged
        ? await ask(recorder, 'GET /api/config/changes', {
            has: 'changes',
            query: { hours: 1, limit: 1 },
            folder,
          })
        : undefined
      const newest = changes?.changes[0]
      // A change is in use a moment before it is stored.
      const isEarly: boolean = isChanged && newest?.sha256 !== now.hash && !wasEarly
      wasEarly = isEarly
      if (!isEarly) {
        const note = editNote(before, now, newest)
        if (note !== undefined) say(note)
        before = now
      }
    } catch {
      // A recorder that starts again: the next look is soon.
    }
    await wait(everyMs, undefined, { signal: stopping, ref: false }).catch(() => undefined)
  }
}
