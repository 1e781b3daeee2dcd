import * as z from 'zod'
import type { Collection } from './dataset.js'
import { arrayItems } from './json-array.js'
import { fieldProblem, parsed } from './problem.js'

const item = z.looseObject({
  question_id: z.string().min(1),
  question_type: z.string().min(1),
  question: z.string().min(1),
  answer: z.union([z.string(), z.number()]).optional(),
  question_date: z.string().optional(),
  haystack_session_ids: z.array(z.string().min(1)),
  haystack_dates: z.array(z.string()).default([]),
  haystack_sessions: z.array(z.array(z.looseObject({ role: z.string(), content: z.string() }))),
  answer_session_ids: z.array(z.string()),
})

/**
 * Reads a file of LongMemEval (Wu et al., ICLR 2025): each question has sessions of its own, and asks for some of them.
 * An entry is a session.
 */
export async function* readLongMemEval(path: string): AsyncGenerator<Collection> {
  for await (const part of arrayItems(path)) {
    const read = parsed(part, item)
    const { question_id: id, question, haystack_sessions: sessions, haystack_session_ids: ids } = read
    if (ids.length !== sessions.length) {
      const what = `expected an id for each of the ${sessions.length} sessions, received ${ids.length}`
      throw fieldProblem(part, ['haystack_session_ids'], what)
    }
    // Such a question asks for what was never said; the sessions that it names are misleading.
    const isAnswerable = !id.endsWith('_abs')
    const relevant = new Map(isAnswerable ? read.answer_session_ids.map((session) => [session, 1]) : [])
    yield {
      name: id,
      questions: [
        {
          id,
          question,
          category: isAnswerable ? read.question_type : 'abstention',
          relevant,
          isAnswerable,
          answer: read.answer?.toString(),
          time: read.question_date,
        },
      ],
      notes: [],
      async *entries() {
        for (const [i, turns] of sessions.entries()) {
          yield {
            id: ids[i] as string,
            text: turns.map(({ role, content }) => `${role}: ${content}`).join('\n'),
            time: read.haystack_dates[i],
          }
        }
      },
    }
  }
}
