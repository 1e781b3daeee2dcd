import * as z from 'zod'
import type { Collection, Entry, Question } from './dataset.js'
import { arrayItems } from './json-array.js'
import { checked, type JsonPart, parsed } from './problem.js'

/** Kinds of questions by the number in the file. The last one asks for what was never said. */
const categories = ['multi-hop', 'temporal', 'open-domain', 'single-hop', 'adversarial'] as const
const adversarial = 5

const sample = z.looseObject({
  sample_id: z.string().min(1).optional(),
  qa: z.array(
    z.looseObject({
      question: z.string().min(1),
      answer: z.union([z.string(), z.number()]).optional(),
      evidence: z.array(z.string()).default([]),
      category: z.int().min(1).max(categories.length),
    }),
  ),
  conversation: z.record(z.string(), z.unknown()),
})

const session = z.array(
  z.looseObject({
    speaker: z.string(),
    dia_id: z.string().min(1),
    text: z.string(),
    /** What is on a picture that was sent along. */
    blip_caption: z.string().optional(),
  }),
)

/** Reads a file of LoCoMo (Maharana et al., ACL 2024): conversations over many sessions, with questions about them. */
export async function* readLocomo(path: string): AsyncGenerator<Collection> {
  for await (const part of arrayItems(path)) {
    const { sample_id, qa, conversation } = parsed(part, sample)
    const name = sample_id ?? `conversation ${part.index + 1}`
    const entries = turnsOf(part, conversation)
    const ids = new Set(entries.map(({ id }) => id))
    const notes: string[] = []
    const questions = qa.map(({ question, answer, evidence, category }, i): Question => {
      const isAnswerable = category !== adversarial
      const { named, unknown } = evidenceIn(evidence, ids)
      if (unknown.length > 0)
        notes.push(`${name}, qa[${i}]: evidence ${JSON.stringify(unknown.join(' '))} names no turn`)
      return {
        id: `${name}#${i}`,
        question,
        category: categories[category - 1] as string,
        relevant: new Map(isAnswerable ? named.map((id) => [id, 1]) : []),
        isAnswerable,
        answer: answer?.toString(),
      }
    })
    yield {
      name,
      questions,
      notes,
      async *entries() {
        yield* entries
      },
    }
  }
}

function turnsOf(part: JsonPart, conversation: Readonly<Record<string, unknown>>): Entry[] {
  const numbers = Object.keys(conversation).flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? [])
  return numbers
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((number) => {
      const path = ['conversation', `session_${number}`] as const
      const turns = checked(part, path, conversation[path[1]], session)
      const time = conversation[`session_${number}_date_time`]
      return turns.map(({ dia_id, speaker, text, blip_caption }) => ({
        id: dia_id,
        text: `${speaker}: ${text}${blip_caption === undefined ? '' : ` [picture: ${blip_caption}]`}`,
        time: typeof time === 'string' ? time : undefined,
      }))
    })
}

/**
 * Ids of turns in texts that people wrote: sometimes several in one text, or with zeros in front.
 * @returns ids of turns, and the texts that name none
 */
function evidenceIn(texts: readonly string[], ids: ReadonlySet<string>) {
  const words = texts.flatMap((text) => text.split(/[\s;,]+/)).filter((word) => word !== '')
  const read = words.map((word) => ({
    word,
    id: ids.has(word) ? word : word.replaceAll(/(?<=\D)0+(?=\d)/g, ''),
  }))
  return {
    named: read.filter(({ id }) => ids.has(id)).map(({ id }) => id),
    unknown: read.filter(({ id }) => !ids.has(id)).map(({ word }) => word),
  }
}
