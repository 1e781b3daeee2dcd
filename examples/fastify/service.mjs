import { startMonitoring } from '@mnemoscope/instrumentation'
import Fastify from 'fastify'

const memory = { search: async (question) => [`what is known about ${question}`] } // your memory system

// No endpoint of its own: the metrics are a route of this server.
const monitor = await startMonitoring({ service: 'memory-api', endpoint: false })
const search = monitor.for({ model: 'gpt-4o', contextSize: 131_072, operation: 'search' })

const app = Fastify()
app.get('/search', ({ query }) => search.time(() => memory.search(query.question)))
app.get('/metrics', (request, reply) => {
  reply.hijack()
  monitor.requestHandler(request.raw, reply.raw)
})
await app.listen({ port: Number(process.env.PORT ?? 9464) })
await app.inject('/search?question=tides')
