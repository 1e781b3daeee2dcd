import { randomUUID } from 'node:crypto'
import type { Collection, Dataset, Question } from '../datasets/dataset.js'
import type { NamedMeasure } from '../measures/index.js'
import type { Memory } from '../memory.js'
import { type Answer, answerOf, foundIn } from './answer.js'
import { Calls } from './calls.js'

/** How a memory is evaluated. */
export interface EvaluateOptions {
  readonly measures: readonly NamedMeasure[]
  /** How many entries each search asks for. */
  readonly limit: number
  /**
   * Searches at the same time. Entries are always added one after the other.
   * @default 1
   */
  readonly parallel?: number
  /**
   * Limit of one call, in seconds.
   * @default 60
   */
  readonly timeoutSeconds?: number
  /**
   * Whether what was added stays. Otherwise it is deleted, where the memory can delete.
   * @default false
   */
  readonly keep?: boolean
  /** Stops the evaluation. What was added is deleted before it rejects. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: EvaluationProgress) => void
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** Name of the present collection. */
  readonly collection: string
  /** Entries of all collections so far. */
  readonly entries: number
  /** Questions of all collections so far. */
  readonly questions: number
}

/** What came of an evaluation. */
export interface Evaluation {
  /** One for each question, in the order of the dataset. */
  readonly answers: readonly Answer[]
  readonly collections: number
  /** Entries that were given to the memory. */
  readonly entries: number
  /** Entries that the memory did not take. */
  readonly failedEntries: number
  /** What is odd in the dataset, and what failed first, for people. */
  readonly notes: readonly string[]
}

/** So many failures in a row, and the memory is down. */
const mostFailures = { adding: 20, deleting: 3 } as const

/**
 * Adds the entries of each collection to the memory, in a scope of its own, asks its questions, and deletes the entries.
 * @throws MnemoscopeError MEMORY_UNUSABLE after 20 failed calls in a row; DATASET_INVALID; the reason of the signal
 */
export async function evaluate(
  dataset: Dataset,
  memory: Memory,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { timeoutSeconds = 60, keep = false, signal = new AbortController().signal } = options
  const timeoutMilliseconds = timeoutSeconds * 1_000
  const adding = new Calls({ timeoutMilliseconds, stopped: signal, mostFailures: mostFailures.adding })
  const searching = new Calls({ timeoutMilliseconds, stopped: signal, mostFailures: mostFailures.adding })
  const id = randomUUID().slice(0, 8)
  const answers: Answer[] = []
  const notes: string[] = []
  let collections = 0
  let entries = 0
  for await (const collection of dataset.collections()) {
    const scope = `mnemoscope-${id}-${++collections}`
    const report = (questions = answers.length) =>
      options.onProgress?.({ collection: collection.name, entries, questions })
    const added: string[] = []
    try {
      notes.push(...collection.notes)
      notes.push(
        ...(await addAll(collection, { memory, calls: adding, scope }, (entryId) => {
          added.push(entryId)
          entries++
          report()
        })),
      )
      const before = answers.length
      const asked = { memory, calls: searching, scope }
      answers.push(...(await askAll(collection, asked, options, (done) => report(before + done))))
    } finally {
      if (!keep) notes.push(...(await deleteAll(added, memory, scope, timeoutMilliseconds)))
    }
  }
  const failures = [adding, searching].flatMap(({ firstFailure }) => firstFailure ?? [])
  notes.push(...failures.map((failure) => `The first call that failed: ${failure}`))
  return { answers, collections, entries, failedEntries: adding.failed, notes }
}

interface Target {
  readonly memory: Memory
  readonly calls: Calls
  readonly scope: string
}

/** @returns notes: relevant ids that no entry has */
async function addAll(
  collection: Collection,
  { memory, calls, scope }: Target,
  onEntry: (id: string) => void,
): Promise<string[]> {
  const missing = new Set(collection.questions.flatMap(({ relevant }) => [...relevant.keys()]))
  for await (const entry of collection.entries()) {
    missing.delete(entry.id)
    // Counted first: a call that fails may have added it all the same.
    onEntry(entry.id)
    await calls.call(`add ${entry.id}`, (signal) => memory.add(entry, { scope, signal }))
  }
  const [first] = missing
  if (first === undefined) return []
  return [
    `${collection.name}: relevant ids that no entry has: ${missing.size}, such as ${JSON.stringify(first)}`,
  ]
}

async function askAll(
  { questions }: Collection,
  target: Target,
  { parallel = 1, limit, measures }: EvaluateOptions,
  onAnswer: (done: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = []
  const waiting = [...questions.entries()].reverse()
  let done = 0
  async function lane(): Promise<void> {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [i, question] = next
      try {
        answers[i] = await answered(question, target, { limit, measures })
      } catch (error) {
        waiting.length = 0
        throw error
      }
      onAnswer(++done)
    }
  }
  // All of them end before what was added is deleted.
  const lanes = await Promise.allSettled(Array.from({ length: parallel }, lane))
  for (const each of lanes) if (each.status === 'rejected') throw each.reason
  return answers
}

async function answered(
  question: Question,
  { memory, calls, scope }: Target,
  { limit, measures }: Pick<EvaluateOptions, 'limit' | 'measures'>,
): Promise<Answer> {
  const start = performance.now()
  const called = await calls.call(`search ${question.id}`, async (signal) =>
    foundIn(await memory.search(question.question, { scope, limit, signal })),
  )
  const seconds = (performance.now() - start) / 1_000
  if ('value' in called) return answerOf(question, called.value, { measures, limit, seconds })
  const { id, category } = question
  return { question: id, category, outcome: 'failed', values: {}, seconds, error: called.error }
}

/**
 * Deletes what was added, where the memory can, also after a stop.
 * @returns notes: what may be left
 */
async function deleteAll(
  ids: readonly string[],
  memory: Memory,
  scope: string,
  timeoutMilliseconds: number,
): Promise<string[]> {
  const stopped = new AbortController().signal
  const calls = new Calls({ timeoutMilliseconds, stopped, mostFailures: mostFailures.deleting })
  if (memory.delete === undefined) return []
  try {
    for (const id of new Set(ids))
      await calls.call(`delete ${id}`, (signal) => memory.delete?.(id, { scope, signal }))
  } catch {
    // It is in the note below. The error that led here counts more.
  }
  if (calls.failed === 0) return []
  return [`Entries of the scope ${scope} are left in the memory: ${calls.firstFailure}`]
}
