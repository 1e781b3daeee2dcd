/**
 * A service that serves its metrics over HTTPS and sends measurements:
 * `tls-service.ts PORT CERT KEY RECORDER TOKEN_FILE [CLIENT_CA]`.
 */
import { startMonitoring } from '../../packages/instrumentation/src/index.js'

const [port, certFile = '', keyFile = '', recorder = '', scrapeTokenFile = '', clientCaFile] =
  process.argv.slice(2)
const monitor = await startMonitoring({
  ...{ service: 'secured', port: Number(port), required: true, recorder },
  tls: { certFile, keyFile, clientCaFile },
  scrapeTokenFile,
  otlp: process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
})
const memory = monitor.for({ model: 'm', contextSize: 8_192 })
// A breach, which is always sent.
setInterval(() => memory.latency.record(60), 100)
