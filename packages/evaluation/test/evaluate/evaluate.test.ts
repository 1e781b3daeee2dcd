import { describe, expect, test } from '@jest/globals'
import {
  type Collection,
  type Dataset,
  type EvaluateOptions,
  evaluate,
  type Found,
  type Memory,
  namedMeasure,
  type Question,
  summariesOf,
} from '../../src/index.js'

/** Collections whose entries are their ids, so that a question can be the ids that answer it. */
function datasetOf(...collections: readonly (Partial<Collection> & { ids: readonly string[] })[]): Dataset {
  return {
    name: 'sample',
    format: 'beir',
    version: '0123456789ab',
    async *collections() {
      for (const [i, { ids, ...rest }] of collections.entries()) {
        yield {
          name: `c${i}`,
          questions: [],
          notes: [],
          async *entries() {
            for (const id of ids) yield { id, text: `text of ${id}` }
          },
          ...rest,
        }
      }
    },
  }
}

function ask(question: string, relevant: readonly string[], more: Partial<Question> = {}): Question {
  const grades = new Map(relevant.map((id) => [id, 1]))
  return { id: question, question, category: 'usual', relevant: grades, isAnswerable: true, ...more }
}

/** Finds the words of a question that were added. */
class WordMemory implements Memory {
  readonly texts = new Map<string, Set<string>>()
  readonly calls: string[] = []

  async add({ id }: { id: string }, { scope }: { scope: string }): Promise<void> {
    this.calls.push(`add ${id}`)
    this.texts.set(scope, (this.texts.get(scope) ?? new Set()).add(id))
  }

  search(
    question: string,
    { scope }: { scope: string; limit: number; signal: AbortSignal },
  ): Promise<Found[]> | Found[] {
    this.calls.push(`search ${question}`)
    return question.split(' ').flatMap((id) => (this.texts.get(scope)?.has(id) ? [{ id }] : []))
  }

  async delete(id: string, { scope }: { scope: string }): Promise<void> {
    this.texts.get(scope)?.delete(id)
  }
}

const options: EvaluateOptions = { measures: [namedMeasure('recall@2'), namedMeasure('mrr')], limit: 2 }
const valuesOf = ({ answers }: Awaited<ReturnType<typeof evaluate>>) => answers.map(({ values }) => values)

describe('an evaluation', () => {
  test('adds each collection in a scope of its own, asks its questions, and deletes what it added', async () => {
    const memory = new WordMemory()
    const questions = [ask('x a b', ['a', 'b']), ask('b', ['a'])]
    const dataset = datasetOf(
      { ids: ['a', 'b', 'x'], questions },
      { ids: ['c'], questions: [ask('a c', ['c'])] },
    )
    const evaluation = await evaluate(dataset, memory, options)
    expect(valuesOf(evaluation)).toEqual([
      { 'recall@2': 0.5, mrr: 0.5 },
      { 'recall@2': 0, mrr: 0 },
      { 'recall@2': 1, mrr: 1 },
    ])
    expect(evaluation).toMatchObject({ collections: 2, entries: 4, failedEntries: 0, notes: [] })
    expect([...memory.texts.keys()]).toEqual(
      [1, 2].map((i) => expect.stringMatching(`^mnemoscope-[0-9a-f]{8}-${i}$`)),
    )
    expect([...memory.texts.values()].every(({ size }) => size === 0)).toBe(true)
  })

  test('measures questions without an answer by abstention, and none that is not labelled', async () => {
    const nothing = { isAnswerable: false, category: 'never said' }
    const questions = [ask('y', [], nothing), ask('a', [], nothing), ask('a', []), ask('a', ['a'])]
    const evaluation = await evaluate(datasetOf({ ids: ['a'], questions }), new WordMemory(), options)
    expect(evaluation.answers.map(({ outcome }) => outcome)).toEqual([
      'scored',
      'scored',
      'unlabelled',
      'scored',
    ])
    expect(summariesOf(evaluation.answers)).toMatchObject([
      {
        questions: 4,
        unlabelled: 1,
        measures: { abstention: { mean: 0.5, count: 2 }, mrr: { mean: 1, count: 1 } },
      },
      { category: 'never said', questions: 2, measures: { abstention: { mean: 0.5 } } },
      { category: 'usual', questions: 2, unlabelled: 1, measures: { 'recall@2': { mean: 1, count: 1 } } },
    ])
  })

  test('counts what fails, and never as a score', async () => {
    const memory = new WordMemory()
    const add = memory.add.bind(memory)
    memory.add = async (entry, call) =>
      entry.id === 'b' ? Promise.reject(new Error('full')) : add(entry, call)
    const search = memory.search.bind(memory)
    memory.search = (question, call) => {
      if (question === 'hangs') return new Promise(() => {})
      return question === 'odd' ? ([{ id: 5 }] as never) : search(question, call)
    }
    const questions = [ask('hangs', ['a']), ask('odd', ['a']), ask('a b', ['a', 'b'])]
    const dataset = datasetOf({ ids: ['a', 'b'], questions, notes: ['a note'] })
    const evaluation = await evaluate(dataset, memory, { ...options, timeoutSeconds: 0.02 })
    expect(evaluation.answers).toMatchObject([
      { outcome: 'failed', values: {}, error: 'no answer within 0.02 s' },
      {
        outcome: 'failed',
        values: {},
        error: 'the search found something with number as id, expected a text',
      },
      { outcome: 'scored', values: { 'recall@2': 0.5 } },
    ])
    expect(summariesOf(evaluation.answers)[0]).toMatchObject({ failed: 2, measures: { mrr: { count: 1 } } })
    expect(evaluation.failedEntries).toBe(1)
    expect(evaluation.notes).toEqual([
      'a note',
      'The first call that failed: add b: full',
      'The first call that failed: search hangs: no answer within 0.02 s',
    ])
  })

  test('takes the best of more than it asked for', async () => {
    const memory = new WordMemory()
    memory.search = () => ['c', 'b', 'a'].map((id, score) => ({ id, score }))
    const dataset = datasetOf({ ids: ['a', 'b', 'c'], questions: [ask('any', ['a', 'c'])] })
    expect(valuesOf(await evaluate(dataset, memory, options))).toEqual([{ 'recall@2': 0.5, mrr: 1 }])
  })

  test('says that what it asks for is of no entry', async () => {
    const dataset = datasetOf({ ids: ['a'], questions: [ask('a', ['a', 'z'])] })
    const { notes } = await evaluate(dataset, new WordMemory(), options)
    expect(notes).toEqual(['c0: relevant ids that no entry has: 1, such as "z"'])
  })

  test('ends when the memory is down, and says what may be left in it', async () => {
    const memory = new WordMemory()
    const down = () => Promise.reject(new Error('down'))
    const many = Array.from({ length: 40 }, (_, i) => ask(String(i), ['a']))
    memory.search = down
    const dataset = datasetOf({ ids: ['a'], questions: many })
    await expect(evaluate(dataset, memory, { ...options, parallel: 4 })).rejects.toMatchObject({
      code: 'MEMORY_UNUSABLE',
      message: expect.stringMatching(/^search \d+ failed, and so did the 19 calls before it: down$/),
    })
    expect([...memory.texts.values()].every(({ size }) => size === 0)).toBe(true)
    const other = new WordMemory()
    other.delete = down
    const { notes } = await evaluate(datasetOf({ ids: ['a'] }), other, options)
    expect(notes).toEqual([
      expect.stringMatching(/^Entries of the scope mnemoscope-\S+ are left in the memory: delete a: down$/),
    ])
  })

  test('deletes what it added when it is stopped, and keeps it if asked to', async () => {
    const memory = new WordMemory()
    const stopping = new AbortController()
    const onProgress: EvaluateOptions['onProgress'] = ({ questions }) =>
      questions === 1 && stopping.abort(new Error('stopped'))
    const dataset = datasetOf({ ids: ['a'], questions: [ask('a', ['a']), ask('a', ['a'])] })
    await expect(
      evaluate(dataset, memory, { ...options, onProgress, signal: stopping.signal }),
    ).rejects.toThrow('stopped')
    expect(memory.calls).toEqual(['add a', 'search a'])
    expect([...memory.texts.values()]).toEqual([new Set()])
    await evaluate(dataset, memory, { ...options, keep: true })
    expect([...memory.texts.values()]).toEqual([new Set(), new Set(['a'])])
  })
})
