import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Document } from '@langchain/core/documents'
import { Embeddings } from '@langchain/core/embeddings'
import { FakeListChatModel, FakeVectorStore } from '@langchain/core/utils/testing'
import {
  evaluate,
  type Memory,
  mem0Memory,
  namedMeasure,
  openDataset,
  summariesOf,
} from '@mnemoscope/evaluation'
import { canaryKpis, defineConfig } from '@mnemoscope/kpi'
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
  return mem0Memory(memory, { infer: false })
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
  }
}

/** The table of the example. */
async function postgres(): Promise<Memory> {
  await mkdir(join(folder, 'node_modules'))
  await symlink(join(repository, 'packages/recorder/node_modules/pg'), join(folder, 'node_modules/pg'))
  await copyFile(join(repository, 'examples/evaluate/postgres.mjs'), join(folder, 'postgres.mjs'))
  return (await import(pathToFileURL(join(folder, 'postgres.mjs')).href)).default
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
})
