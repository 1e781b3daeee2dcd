// LangChain of whatever major is installed, with its own test classes: prints how many operations were recorded.
import { Document } from '@langchain/core/documents'
import { FakeVectorStore, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { instrumentVectorStore } from '@mnemoscope/instrumentation/langchain'

const monitor = await startMonitoring({ service: 'langchain', port: 0 })
const plain = new FakeVectorStore(new SyntheticEmbeddings({ vectorSize: 8 }))
const store = instrumentVectorStore(plain, monitor, { model: 'gpt-4o', contextSize: 8_192 })
await store.addDocuments([new Document({ pageContent: 'two piers' })])
await store.similaritySearch('pier')
const found = await store
  .asRetriever()
  .pipe((documents) => documents[0].pageContent)
  .batch(['pier', 'harbour'])
if (found.join() !== 'two piers,two piers') throw new Error(`results changed: ${found}`)

const exposition = await (await fetch(monitor.url)).text()
await monitor.stop()
const counts = [...exposition.matchAll(/^mnemoscope_latency_seconds_count\{.*\} (\d+)$/gm)]
console.log(counts.reduce((all, [, count]) => all + Number(count), 0))
