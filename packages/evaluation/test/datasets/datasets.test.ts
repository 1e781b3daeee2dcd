import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { type Collection, type Entry, openDataset } from '../../src/index.js'
import { beir, locomo, longMemEval } from './samples.js'

const folder = temporaryFolder('datasets')
afterAll(() => folder.remove())
let written = 0

/** Writes files into a folder of their own. @returns its path */
function write(files: Readonly<Record<string, string>>): string {
  const target = join(folder.path, String(++written))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), text)
  }
  return target
}

const writeJson = (text: string) => join(write({ 'data.json': text }), 'data.json')

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = []
  for await (const item of items) read.push(item)
  return read
}

async function read(path: string): Promise<(Omit<Collection, 'entries'> & { entries: Entry[] })[]> {
  const collections = await all((await openDataset(path)).collections())
  return Promise.all(collections.map(async (each) => ({ ...each, entries: await all(each.entries()) })))
}

describe('a dataset of LoCoMo', () => {
  test('is conversations of turns, with the evidence of each question', async () => {
    const [conversation, ...more] = await read(writeJson(JSON.stringify(locomo)))
    expect(more).toEqual([])
    expect(conversation).toMatchObject({
      name: 'conv-1',
      entries: [
        { id: 'D1:1', text: 'Ada: The crane on pier two.', time: '1:56 pm on 2 May, 2023' },
        { id: 'D1:2', text: 'Ben: I repaired it.', time: '1:56 pm on 2 May, 2023' },
        { id: 'D2:1', text: 'Ben: Look [picture: a winch]', time: '2:00 pm on 3 May, 2023' },
      ],
      questions: [
        { id: 'conv-1#0', category: 'single-hop', isAnswerable: true, relevant: new Map([['D1:1', 1]]) },
        {
          category: 'multi-hop',
          answer: '2',
          relevant: new Map([
            ['D1:2', 1],
            ['D2:1', 1],
          ]),
        },
        { category: 'adversarial', isAnswerable: false, relevant: new Map() },
      ],
      notes: ['conv-1, qa[1]: evidence "D9:9" names no turn'],
    })
  })
})

describe('a dataset of LongMemEval', () => {
  test('has for each question a haystack of sessions; _abs cannot be answered', async () => {
    expect(await read(writeJson(JSON.stringify(longMemEval)))).toMatchObject([
      {
        name: 'q1',
        entries: [
          {
            id: 's1',
            text: 'user: My quay is number seven.\nassistant: Noted.',
            time: '2023/05/20 (Sat) 02:21',
          },
          { id: 's2', text: '' },
        ],
        questions: [{ category: 'single-session-user', answer: '7', time: '2023/05/30 (Tue) 23:40' }],
      },
      { questions: [{ category: 'abstention', isAnswerable: false, relevant: new Map() }] },
    ])
  })
})

describe("a dataset in BEIR's format", () => {
  test('is one corpus, with the judged queries and their grades', async () => {
    const path = write(beir)
    expect(await openDataset(path)).toMatchObject({
      format: 'beir',
      version: expect.stringMatching(/^[\da-f]{12}$/),
    })
    expect(await read(path)).toMatchObject([
      {
        entries: [
          { id: 'c1', text: 'Cranes\nTwo\u2028piers.' },
          { id: '2', text: 'Tides.' },
        ],
        questions: [
          {
            id: 'q1',
            category: 'test',
            relevant: new Map([
              ['c1', 2],
              ['2', 0],
            ]),
          },
        ],
      },
    ])
  })

  test('has judgements by the name of their file', async () => {
    const path = write({ ...beir, 'qrels/dev.tsv': 'q2\t2\t1' })
    const [collection] = await all((await openDataset(path, { split: 'dev' })).collections())
    expect(collection?.questions).toMatchObject([{ id: 'q2', category: 'dev' }])
    await expect(openDataset(path, { split: 'train' })).rejects.toThrow('has no train.tsv')
  })
})

test('another content is another version', async () => {
  const versions = await Promise.all(
    ['[{"qa":[]}]', '[{"qa":[] }]'].map(async (text) => (await openDataset(writeJson(text))).version),
  )
  expect(new Set(versions).size).toBe(2)
})

describe('an error names file, line and field:', () => {
  const pretty = (value: unknown) => JSON.stringify(value, null, 2)

  test.each([
    [
      'a wrong type',
      pretty(locomo).replace('"category": 1', '"category": "1"'),
      ':20: [0].qa[1].category: expected number',
    ],
    [
      'an unknown category',
      pretty(locomo).replace('"category": 5', '"category": 6'),
      ':28: [0].qa[2].category: Too big',
    ],
    [
      'a field that is missing',
      pretty(locomo).replace('"text": "I repaired it."', '"txt": ""'),
      ':50: [0].conversation.session_1[1].text: expected string, it is missing',
    ],
    [
      'a field in a later item',
      pretty(longMemEval).replace('"question": "Which ship is mine?"', '"question": ["\\"", {}]'),
      ':37: [1].question: expected string, received array',
    ],
    [
      'sessions without an id',
      pretty(longMemEval).replace('"s1",\n      "s2"\n', '"s1"\n'),
      ':8: [0].haystack_session_ids: expected an id for each of the 2 sessions, received 1',
    ],
    ['invalid JSON', '[\n{"qa": [],\n"conversation": {]}]', ':3: not valid JSON'],
    [
      'a file that is cut off',
      pretty(locomo).slice(0, 400),
      'the file ends inside item 0, which begins in line 2',
    ],
    ['another format', '[{"rows": []}]', ':1: expected items with "qa"'],
    ['no array', '{"qa": []}', ':1: expected an array of objects'],
    ['no items', ' [ ] ', ':1: expected items with "qa"'],
    ['a comma too many', '[{"qa": [], "conversation": {}},\n]', ':2: expected an item'],
    ['two arrays', '[{"qa": [], "conversation": {}}]\n[]', ':2: something follows the array'],
    ['nothing at all', '', ':1: the file ends: expected "]"'],
  ])('%s', async (_, text, message) => {
    await expect(read(writeJson(text))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(`data.json${message.startsWith(':') ? message : ''}`),
    })
    await expect(read(writeJson(text))).rejects.toThrow(message)
  })

  test.each([
    [
      'corpus.jsonl',
      '{"_id":"c1","text":""}\n{"_id":"c2"}',
      'corpus.jsonl:2: text: expected string, it is missing',
    ],
    ['corpus.jsonl', '{"_id":"c1","text":""}\n\n{', 'corpus.jsonl:3: not valid JSON'],
    ['queries.jsonl', '[]', 'queries.jsonl:1: expected object, received array'],
    ['qrels/test.tsv', 'q1\tc1\n', 'qrels/test.tsv:1: expected a query-id, a corpus-id and a score'],
    ['qrels/test.tsv', 'q1\tc1\tgood', 'qrels/test.tsv:1: score: expected an integer, received "good"'],
    ['qrels/test.tsv', 'q1\tc1\t1\nq7\tc1\t1', 'qrels/test.tsv:2: query-id: "q7" is no query'],
  ])('in %s: %s', async (path, text, message) => {
    await expect(read(write({ ...beir, [path]: text }))).rejects.toThrow(message)
  })
})

test.each([
  [[], 'has no test.tsv'],
  [['corpus.jsonl', 'queries.jsonl'], 'has no test.tsv'],
  [['qrels/test.tsv', 'queries.jsonl'], 'there is no .*corpus.jsonl'],
])('a folder with nothing but %j is refused', async (paths, message) => {
  const path = write(Object.fromEntries([['README.md', ''], ...paths.map((each) => [each, ''])]))
  await expect(openDataset(path)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(message),
  })
})

test('texts are read as they are: quotes, escapes, and characters of several bytes at the end of a chunk', async () => {
  const texts = ['a " \\ [{', '\\', '\u2028🌊'.repeat(300_000), '\\\\"']
  const session = texts.map((text, i) => ({ speaker: 'A', dia_id: `D1:${i}`, text }))
  const [conversation] = await read(
    writeJson(JSON.stringify([{ qa: [], conversation: { session_1: session } }])),
  )
  expect(conversation?.entries.map(({ text }, i) => text === `A: ${texts[i]}`)).toEqual(Array(4).fill(true))
})
