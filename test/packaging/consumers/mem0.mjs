// mem0's client of whatever major is installed, against a server on this machine: prints how many calls were recorded.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { instrumentMem0 } from '@mnemoscope/instrumentation/mem0'

process.env.MEM0_TELEMETRY = 'false'
const { MemoryClient } = await import('mem0ai')

const hosted = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ status: 'ok', results: [{ id: '1', memory: 'two piers' }] }))
})
await once(hosted.listen(0, '127.0.0.1'), 'listening')

const monitor = await startMonitoring({ service: 'mem0', port: 0 })
const client = new MemoryClient({ apiKey: 'none', host: `http://127.0.0.1:${hosted.address().port}` })
const memory = instrumentMem0(client, monitor, { model: 'gpt-4o', contextSize: 8_192 })
await memory.add([{ role: 'user', content: 'There are two piers.' }], { userId: 'keeper' })
await memory.search('pier', { filters: { user_id: 'keeper' } })
await memory.update('1', { text: 'two long piers' })
await memory.delete('1')
hosted.close()
hosted.closeAllConnections()

const exposition = await (await fetch(monitor.url)).text()
await monitor.stop()
const counts = [...exposition.matchAll(/^mnemoscope_latency_seconds_count\{.*\} (\d+)$/gm)]
console.log(counts.reduce((all, [, count]) => all + Number(count), 0))
