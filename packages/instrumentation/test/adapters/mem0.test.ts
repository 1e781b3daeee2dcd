import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { FakeListChatModel, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import { instrumentMem0 } from '../../src/adapters/mem0.js'
import { monitors } from '../monitored.js'
import { inMemoryVectors } from './in-memory-vectors.js'
import { countWords, recorded, timedOperations } from './recorded.js'

const { start } = monitors()
const options = { model: 'gpt-4o', contextSize: 131_072, countTokens: countWords }
const filters = { user_id: 'keeper' }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mem0-'))
  // mem0 reads these when it is loaded: no telemetry, and no folder in the user's home.
  process.env.MEM0_TELEMETRY = 'false'
  process.env.MEM0_DIR = folder
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function instrumentedMemory() {
  const { Memory } = await import('mem0ai/oss')
  const plain = new Memory({
    embedder: { provider: 'langchain', config: { model: new SyntheticEmbeddings({ vectorSize: 8 }) } },
    llm: {
      provider: 'langchain',
      config: { model: new FakeListChatModel({ responses: ['{"memory": []}'] }) },
    },
    vectorStore: {
      provider: 'qdrant',
      config: { collectionName: 'harbour', dimension: 8, client: inMemoryVectors() },
    },
    disableHistory: true,
  })
  const monitor = await start()
  return { monitor, plain, memory: instrumentMem0(plain, monitor, options) }
}

describe('an instrumented mem0 memory', () => {
  test('stores, finds, changes and deletes as before, and records each as an operation', async () => {
    const { monitor, plain, memory } = await instrumentedMemory()
    const { results } = await memory.add('the old pier is closed', { userId: 'keeper', infer: false })
    const id = results[0]?.id ?? ''
    const found = await memory.search('pier', { filters, threshold: 0 })
    expect(found.results.map((item) => item.memory)).toEqual(['the old pier is closed'])
    expect(await plain.search('pier', { filters, threshold: 0 })).toEqual(found)
    await memory.update(id, { text: 'the old pier is open' })
    expect((await memory.get(id))?.memory).toBe('the old pier is open')
    await memory.delete(id)
    expect((await memory.search('pier', { filters, threshold: 0 })).results).toEqual([])
    expect(await timedOperations(monitor)).toEqual({ store: 1, search: 2, update: 1, delete: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ search: { count: 2, sum: 5 } })
  })

  test('keeps the errors of calls that fail, and records their durations', async () => {
    const { monitor, memory } = await instrumentedMemory()
    await expect(memory.search('pier', {})).rejects.toThrow('filters must contain')
    await expect(memory.delete('unheard-of')).rejects.toThrow('not found')
    expect(await timedOperations(monitor)).toEqual({ search: 1, delete: 1 })
  })
})

test('an instrumented mem0 client of a hosted memory records its searches', async () => {
  const { MemoryClient } = await import('mem0ai')
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'ok', results: [{ id: '1', memory: 'the old pier is closed' }] }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    const { port } = server.address() as AddressInfo
    const monitor = await start()
    const client = new MemoryClient({ apiKey: 'none', host: `http://127.0.0.1:${port}` })
    const { results } = await instrumentMem0(client, monitor, options).search('pier', { filters })
    expect(results).toHaveLength(1)
    expect(await timedOperations(monitor)).toEqual({ search: 1 })
    expect(await recorded(monitor, 'mnemoscope_token_usage')).toEqual({ search: { count: 1, sum: 5 } })
  } finally {
    server.close()
  }
})
