import { describe, expect, test } from '@jest/globals'
import { Document } from '@langchain/core/documents'
import { BaseRetriever } from '@langchain/core/retrievers'
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import { FakeRetriever, FakeVectorStore, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import { VectorStoreRetriever } from '@langchain/core/vectorstores'
import { instrumentRetriever, instrumentVectorStore } from '../../src/adapters/langchain.js'
import { asBenchmark } from '../../src/index.js'
import { monitors } from '../monitored.js'
import { countWords, recorded, timedOperations } from './recorded.js'

const { start } = monitors()
const options = { model: 'gpt-4o', contextSize: 131_072, countTokens: countWords }
const output = [
  new Document({ pageContent: 'the harbour has two piers' }),
  new Document({ pageContent: 'the old pier is closed in winter' }),
]

async function instrumentedStore() {
  const monitor = await start()
  const plain = new FakeVectorStore(new SyntheticEmbeddings({ vectorSize: 8 }))
  return { monitor, plain, store: instrumentVectorStore(plain, monitor, options) }
}

describe('an instrumented LangChain retriever', () => {
  test('finds the same documents and records latency and tokens of the search', async () => {
    const monitor = await start()
    const retriever = instrumentRetriever(new FakeRetriever({ output }), monitor, options)
    expect(await retriever.invoke('pier')).toEqual(output)
    expect(retriever).toBeInstanceOf(FakeRetriever)
    expect(await timedOperations(monitor)).toEqual({ search: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ search: { count: 1, sum: 12 } })
  })

  test('records calls of probes and benchmarks as operations of their own', async () => {
    const monitor = await start()
    const retriever = instrumentRetriever(new FakeRetriever({ output }), monitor, options)
    const probe = monitor.probe({
      labels: { model: 'gpt-4o', contextSize: 131_072 },
      every: '1h',
      share: 1,
      questions: [{ question: 'pier', relevant: [output[0]?.pageContent ?? ''] }],
      retrieve: async (question) => (await retriever.invoke(question)).map(({ pageContent }) => pageContent),
    })
    for (let i = 0; i < 3; i++) await retriever.invoke('pier')
    await probe.run()
    await probe.run()
    await asBenchmark(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      await retriever.invoke('pier')
    })
    await retriever.invoke('pier')
    expect(await timedOperations(monitor)).toEqual({
      search: 4,
      probe: 2,
      probe_search: 2,
      benchmark_search: 1,
    })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({
      search: { count: 4, sum: 48 },
      probe_search: { count: 2, sum: 24 },
      benchmark_search: { count: 1, sum: 12 },
    })
  })

  test('is measured in chains, batches and streams, once for each query', async () => {
    const monitor = await start()
    const retriever = instrumentRetriever(new FakeRetriever({ output }), monitor, options)
    const first = (documents: Document[]) => documents[0]?.pageContent
    expect(await retriever.pipe(first).invoke('pier')).toBe(output[0]?.pageContent)
    expect(await RunnableSequence.from([retriever, RunnableLambda.from(first)]).invoke('pier')).toBeDefined()
    expect(await retriever.batch(['a', 'b', 'c'])).toEqual([output, output, output])
    for await (const documents of await retriever.stream('pier')) expect(documents).toEqual(output)
    await retriever.withConfig({ tags: ['tagged'] }).invoke('pier')
    expect(await timedOperations(monitor)).toEqual({ search: 7 })
  })

  test('calls its callbacks for each run as before', async () => {
    const monitor = await start()
    const retriever = instrumentRetriever(new FakeRetriever({ output }), monitor, options)
    const calls: string[] = []
    await retriever.invoke('pier', {
      callbacks: [
        {
          awaitHandlers: true,
          handleRetrieverStart: (_serialized, query) => void calls.push(query),
          handleRetrieverEnd: (documents) => void calls.push(`${documents.length} documents`),
        },
      ],
    })
    expect(calls).toEqual(['pier', '2 documents'])
  })

  test('keeps the error of a retrieval that fails, and records its duration', async () => {
    class Broken extends BaseRetriever {
      override lc_namespace = ['broken']
      readonly #reason = 'index away'
      override async _getRelevantDocuments(): Promise<Document[]> {
        throw new Error(this.#reason)
      }
    }
    const monitor = await start()
    const retriever = instrumentRetriever(new Broken(), monitor, options)
    await expect(retriever.invoke('pier')).rejects.toThrow('index away')
    await expect(retriever.batch(['pier'])).rejects.toThrow('index away')
    expect(await timedOperations(monitor)).toEqual({ search: 2 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({})
  })

  test('works with a retriever that overrides batch and has private fields', async () => {
    class Bulk extends FakeRetriever {
      #batches = 0
      override async batch(queries: string[]) {
        this.#batches++
        return queries.map(() => this.output)
      }
      batches() {
        return this.#batches
      }
    }
    const retriever = instrumentRetriever(new Bulk({ output }), await start(), options)
    expect(await retriever.batch(['pier'])).toEqual([output])
    expect(retriever.batches()).toBe(1)
  })

  test('records no tokens without a tokenizer, or with one that throws', async () => {
    const monitor = await start()
    const { countTokens, ...withoutTokens } = options
    await instrumentRetriever(new FakeRetriever({ output }), monitor, withoutTokens).invoke('pier')
    const throwing = () => {
      throw new Error('no vocabulary')
    }
    const retriever = instrumentRetriever(new FakeRetriever({ output }), monitor, {
      ...options,
      countTokens: throwing,
    })
    expect(await retriever.invoke('pier')).toEqual(output)
    expect(await timedOperations(monitor)).toEqual({ search: 2 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({})
  })
})

describe('an instrumented LangChain vector store', () => {
  test('records additions and each kind of search once, although they call each other', async () => {
    const { monitor, plain, store } = await instrumentedStore()
    await store.addDocuments(output)
    expect(await store.similaritySearch('pier', 2)).toEqual(await plain.similaritySearch('pier', 2))
    const withScores = await store.similaritySearchWithScore('pier', 1)
    expect(withScores).toEqual(await plain.similaritySearchWithScore('pier', 1))
    const [vector] = await store.embeddings.embedDocuments(['pier'])
    await store.similaritySearchVectorWithScore(vector ?? [], 1)
    expect(await timedOperations(monitor)).toEqual({ store: 1, search: 3 })
    const tokens = await recorded(monitor, 'mnemoscope_token_usage')
    expect(tokens.search?.count).toBe(3)
    expect(Object.keys(tokens)).toEqual(['search'])
  })

  test('makes retrievers that are measured, and searches with them count once', async () => {
    const { monitor, store } = await instrumentedStore()
    const retriever = store.asRetriever({ k: 1 })
    expect(retriever).toBeInstanceOf(VectorStoreRetriever)
    await retriever.addDocuments(output)
    expect(await retriever.invoke('pier')).toHaveLength(1)
    expect(await timedOperations(monitor)).toEqual({ store: 1, search: 1 })
  })

  test('records a deletion that the store refuses', async () => {
    const { monitor, store } = await instrumentedStore()
    await expect(store.delete({ ids: ['1'] })).rejects.toThrow('Not implemented')
    expect(await timedOperations(monitor)).toEqual({ delete: 1 })
  })

  test('works with a subclass that has private fields', async () => {
    class Counting extends FakeVectorStore {
      #searches = 0
      override async similaritySearch(query: string, k?: number) {
        this.#searches++
        return super.similaritySearch(query, k)
      }
      searches() {
        return this.#searches
      }
    }
    const monitor = await start()
    const store = instrumentVectorStore(
      new Counting(new SyntheticEmbeddings({ vectorSize: 8 })),
      monitor,
      options,
    )
    await store.similaritySearch('pier')
    await store.asRetriever().invoke('pier')
    expect(store.searches()).toBe(2)
  })
})
