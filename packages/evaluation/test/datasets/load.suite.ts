import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { openDataset } from '../../src/index.js'

const folder = temporaryFolder('datasets-load')
afterAll(() => folder.remove())

const text = 'The harbour has two piers and a crane that lifts forty tonnes. '.repeat(6)
const numbers = (length: number) => Array.from({ length }, (_, i) => i)
const lines = (length: number, line: (i: number) => string) => numbers(length).map(line).join('\n')

/** As large as the published file: ten conversations of 500 turns. */
const conversations = numbers(10).map((c) => ({
  sample_id: `conv-${c}`,
  qa: numbers(200).map((q) => ({ question: `${q}?`, evidence: ['D1:1'], category: 1 + (q % 5) })),
  conversation: Object.fromEntries(
    numbers(25).map((s) => [
      `session_${s}`,
      numbers(20).map((t) => ({ speaker: 'Ada', dia_id: `D${s}:${t}`, text })),
    ]),
  ),
}))

const histories = numbers(2_000).map((q) => ({
  question_id: `q${q}`,
  question_type: 'multi-session',
  question: `${q}?`,
  haystack_session_ids: ['s0', 's1', 's2'],
  haystack_sessions: numbers(3).map(() => numbers(6).map(() => ({ role: 'user', content: text }))),
  answer_session_ids: ['s1'],
}))

mkdirSync(join(folder.path, 'beir/qrels'), { recursive: true })
for (const [path, content] of Object.entries({
  'locomo.json': JSON.stringify(conversations, null, 2),
  'longmemeval.json': JSON.stringify(histories),
  'beir/corpus.jsonl': lines(20_000, (i) => JSON.stringify({ _id: `d${i}`, text })),
  'beir/queries.jsonl': lines(2_000, (i) => JSON.stringify({ _id: `q${i}`, text: `${i}?` })),
  'beir/qrels/test.tsv': lines(2_000, (i) => `q${i}\td${i}\t1`),
})) {
  writeFileSync(join(folder.path, path), content)
}

test.each(['locomo.json', 'longmemeval.json', 'beir'])(
  '2,000 questions of %s load in less than a second',
  async (path) => {
    const start = performance.now()
    const dataset = await openDataset(join(folder.path, path))
    let questions = 0
    for await (const collection of dataset.collections()) questions += collection.questions.length
    expect(questions).toBe(2_000)
    expect(performance.now() - start).toBeLessThan(1_000)
  },
)
