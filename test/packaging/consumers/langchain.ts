// What a typed service writes with LangChain, of every major that the adapter takes.
import { FakeVectorStore, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import type { VectorStoreRetriever } from '@langchain/core/vectorstores'
import type { Monitor } from '@mnemoscope/instrumentation'
import { instrumentRetriever, instrumentVectorStore } from '@mnemoscope/instrumentation/langchain'

export function main(monitor: Monitor): VectorStoreRetriever<FakeVectorStore> {
  const options = { model: 'gpt-4o', contextSize: 131_072, countTokens: (text: string) => text.length / 4 }
  const plain = new FakeVectorStore(new SyntheticEmbeddings({ vectorSize: 8 }))
  const store: FakeVectorStore = instrumentVectorStore(plain, monitor, options)
  return instrumentRetriever(store.asRetriever({ k: 4 }), monitor, options)
}
