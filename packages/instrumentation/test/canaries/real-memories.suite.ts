import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Document } from '@langchain/core/documents'
import { Embeddings } from '@langchain/core/embeddings'
import { FakeListChatModel, FakeVectorStore } from '@langchain/core/utils/testing'
import {
  evaluate,
  langChainEntries,
  type Memory,
  mem0ClientEntries,
  mem0Entries,
  mem0Memory,
  namedMeasure,
  openDataset,
  postgresEntries,
  readStore,
  summariesOf,
} from '@mnemoscope/evaluation'
import { canaryKpis, defineConfig } from '@mnemoscope/kpi'
import { mnemoscopeHere } from '../../../../test/harness/index.js'
import { openDatabases, type TestDatabases } from '../../../../test/harness/postgres.js'
import { repository } from '../../../../test/harness/repository.js'
import { inMemoryVectors } from '../adapters/in-memory-vectors.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const dimension = 512
let folder: string
let databases: TestDatabases

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memories-'))
  // mem0 reads these when it is loaded: no telemetry, and no folder in the user's home.
  process.env.MEM0_TELEMETRY = 'false'
  process.env.MEM0_DIR = folder
  databases = await openDatabases()
  process.env.DATABASE_URL = await databases.create()
})

afterAll(async () => {
  await databases?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Texts are near when they have the same words: each word is one of many directions. */
class HashingEmbeddings extends Embeddings {
  constructor() {
    super({})
  }

  async embedQuery(text: string): Promise<number[]> {
    const vector = Array.from({ length: dimension }, () => 0)
    for (const word of text.toLowerCase().match(/\w{4,}/g) ?? ['nothing']) {
      const direction = [...word].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % dimension, 7)
      vector[direction] = (vector[direction] as number) + 1
    }
    return vector
  }

  embedDocuments(texts: string[]): Promise<number[][]> {
    return Promise.all(texts.map((text) => this.embedQuery(text)))
  }
}

async function mem0(): Promise<Memory> {
  const { Memory: Mem0 } = await import('mem0ai/oss')
  const memory = new Mem0({
    embedder: { provider: 'langchain', config: { model: new HashingEmbeddings() } },
    llm: {
      provider: 'langchain',
      config: { model: new FakeListChatModel({ responses: ['{"memory": []}'] }) },
    },
    vectorStore: {
      provider: 'qdrant',
      config: { collectionName: 'harbour', dimension, client: inMemoryVectors() },
    },
    disableHistory: true,
  })
  return { ...mem0Memory(memory, { infer: false }), entries: mem0Entries(memory, ['ada', 'ben']) }
}

/** LangChain's store in the process. */
async function langChain(): Promise<Memory> {
  const store = new FakeVectorStore(new HashingEmbeddings())
  const isOf = (scope: string, id?: string) => (metadata: Record<string, unknown>) =>
    metadata.scope === scope && (id === undefined || metadata.id === id)
  const remove = (id: string, scope: string) => {
    store.memoryVectors = store.memoryVectors.filter(({ metadata }) => !isOf(scope, id)(metadata))
  }
  const add = (id: string, text: string, scope: string) =>
    store.addDocuments([new Document({ pageContent: text, metadata: { id, scope } })])
  return {
    add: ({ id, text }, { scope }) => add(id, text, scope),
    async search(question, { scope, limit }) {
      const ofScope = ({ metadata }: Document) => isOf(scope)(metadata)
      const found = await store.similaritySearchWithScore(question, limit, ofScope)
      return found.map(([{ metadata, pageContent }, score]) => ({
        id: metadata.id,
        text: pageContent,
        score,
      }))
    },
    update({ id, text }, { scope }) {
      remove(id, scope)
      return add(id, text, scope)
    },
    delete: (id, { scope }) => remove(id, scope),
    entries: langChainEntries(store, ({ scope }) => ({ scope: String(scope) })),
  }
}

/** The table of the example. */
async function postgres(): Promise<Memory> {
  await mkdir(join(folder, 'node_modules'))
  await symlink(join(repository, 'packages/recorder/node_modules/pg'), join(folder, 'node_modules/pg'))
  await copyFile(join(repository, 'examples/evaluate/postgres.mjs'), join(folder, 'postgres.mjs'))
  const { default: pg } = await import(pathToFileURL(join(folder, 'node_modules/pg/esm/index.mjs')).href)
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
  const { default: memory } = await import(pathToFileURL(join(folder, 'postgres.mjs')).href)
  return {
    ...memory,
    entries: postgresEntries(pool, { table: 'memories', columns: { text: 'content', scope: 'scope' } }),
    close: () => Promise.all([memory.close(), pool.end()]),
  }
}

describe.each([
  ['mem0', mem0],
  ["LangChain's vector store", langChain],
  ['a table of Postgres', postgres],
])('%s', (_, made) => {
  let memory: Memory
  beforeAll(async () => {
    memory = await made()
  })
  afterAll(async () => {
    await memory?.close?.()
  })

  test('keeps its canaries, and none stays in it', async () => {
    const monitor = await start({ config: defineConfig({ kpis: canaryKpis }) })
    const canaries = monitor.canaries({
      memory,
      labels: { model: 'gpt-4o', contextSize: 8_192 },
      every: '1h',
    })
    for (const facts of [16, 20]) {
      const round = await canaries.run()
      expect(round.canaries.filter(({ outcome }) => outcome !== 'kept')).toEqual([])
      expect([round.canaries.length, round.left]).toEqual([facts, 0])
    }
    const signal = new AbortController().signal
    for (const scope of ['mnemoscope-canary', 'mnemoscope-canary-other'])
      expect([
        ...(await memory.search('Where does the canary live?', { scope, limit: 100, signal })),
      ]).toEqual([])
  })

  test('is evaluated by the questions of the example', async () => {
    const dataset = await openDataset(join(repository, 'examples/evaluate/questions'))
    const measures = ['recall@5', 'ndcg@10'].map(namedMeasure)
    const { answers, notes } = await evaluate(dataset, memory, { measures, limit: 10 })
    const [all] = summariesOf(answers)
    expect([all?.questions, all?.failed, notes]).toEqual([12, 0, []])
    // One question is worded unlike its answer.
    expect(all?.measures['recall@5']?.mean).toBeGreaterThan(0.8)
    expect(all?.measures['ndcg@10']?.mean).toBeGreaterThan(0.75)
  })

  test('says what is wrong with what is stored', async () => {
    const signal = new AbortController().signal
    const text = 'The harbour office opens at nine and closes at five in winter'
    const stored = [
      ['a', text, 'ada'],
      ['b', text, 'ada'],
      ['c', `"${text}."`, 'ada'],
      ['a', text, 'ben'],
      ['d', 'the token is ghp_aB3dE6gH9jaB3dE6gH9jaB3dE6gH9jaB3dE6', 'ben'],
      ...Array.from({ length: 1_200 }, (_, i) => [
        `e${i}`,
        `boat b${i} of owner o${i} sails to port p${i}`,
        'ben',
      ]),
    ] as const
    for (const [id, text, scope] of stored) await memory.add({ id, text }, { scope, signal })
    const { entries, findings } = await readStore((from) => memory.entries?.(from) ?? [], { share: 1 })
    expect(entries).toBe(stored.length)
    const found = Object.entries(findings).map(([name, finding]) => [name, finding?.count ?? null])
    expect(Object.fromEntries(found)).toEqual({
      exact_duplicates: 1,
      near_duplicates: 1,
      tiny_entries: 0,
      entries_with_secrets: 1,
      never_retrieved: null,
      superseded_returned: null,
    })
  })
})

test("the entries of mem0's platform are read page by page", async () => {
  const pages = [['a', 'b'], ['c']]
  const asked: unknown[] = []
  const server = createServer(async (request, response) => {
    const number = Number(new URL(request.url ?? '', 'http://mem0').searchParams.get('page'))
    if (request.method === 'POST' && number > 0) asked.push(JSON.parse(await text(request)))
    const results = (pages[number - 1] ?? []).map((id) => ({ id, memory: `memory ${id}`, user_id: 'ada' }))
    const next = number === 1 ? 'http://mem0/v3/memories/?page=2' : null
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'ok', count: 3, next, previous: null, results }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { MemoryClient } = await import('mem0ai')
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const client = new MemoryClient({ apiKey: 'none', host })
    const read: unknown[] = []
    for await (const { id, text, scope } of mem0ClientEntries(client)()) read.push([id, text, scope])
    expect(read).toEqual(['a', 'b', 'c'].map((id) => [id, `memory ${id}`, 'ada']))
    expect(asked).toEqual([{ filters: { user_id: '*' } }, { filters: { user_id: '*' } }])
  } finally {
    server.close()
  }
})

describe('mnemoscope audit', () => {
  // The table that the tests above have filled, at DATABASE_URL.
  const audit = (...args: string[]) =>
    mnemoscopeHere(folder, ['audit', '--postgres', process.env.DATABASE_URL as string, '--json', ...args])

  test('reads a table of Postgres', async () => {
    const { exitCode, stdout } = await audit('--column', 'text=content', '--column', 'scope=scope')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      source: 'table memories',
      entries: 1_205,
      findings: { exact_duplicates: { count: 1, examples: [{ id: 'b', scope: 'ada' }] } },
    })
  })

  test('says why it cannot read one', async () => {
    const { exitCode, stderr } = await audit('--no-secrets')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'MEMORY_UNUSABLE',
      message: expect.stringContaining(
        'table memories: its entries cannot be read: error: column "text" does not exist',
      ),
    })
  })
})
