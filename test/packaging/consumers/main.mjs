// An ES module of a service that has nothing but the packages: prints how many operations its endpoint shows.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { instrumentTool } from '@mnemoscope/instrumentation/ai-sdk'
import { instrumentRetriever } from '@mnemoscope/instrumentation/langchain'
import { instrumentMem0 } from '@mnemoscope/instrumentation/mem0'
import { defineConfig } from '@mnemoscope/kpi'

const monitor = await startMonitoring({ service: 'empty', port: 0, config: defineConfig() })
const place = { model: 'gpt-4o', contextSize: 8_192 }
monitor.for({ ...place, operation: 'search' }).latency.record(0.1)

const found = async () => ({ results: [{ memory: 'two piers' }] })
await instrumentMem0({ search: found }, monitor, place).search('pier')
await instrumentRetriever({ invoke: found }, monitor, place).invoke('pier')
await instrumentTool({ execute: found }, monitor, place).execute({ query: 'pier' })

const text = await (await fetch(monitor.url)).text()
await monitor.stop()
console.log(text.match(/^mnemoscope_latency_seconds_count\{.*operation="search".*\} (\d+)$/m)[1])
