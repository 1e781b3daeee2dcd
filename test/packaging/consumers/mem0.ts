// What a typed service writes with mem0, of every major that the adapter takes.
import type { Monitor } from '@mnemoscope/instrumentation'
import { instrumentMem0 } from '@mnemoscope/instrumentation/mem0'
import type { MemoryClient } from 'mem0ai'
import type { Memory } from 'mem0ai/oss'

export function main(monitor: Monitor, local: Memory, hosted: MemoryClient) {
  const options = { model: 'gpt-4o', contextSize: 131_072 }
  const memory: Memory = instrumentMem0(local, monitor, options)
  const client: MemoryClient = instrumentMem0(hosted, monitor, options)
  return { memory, client }
}
