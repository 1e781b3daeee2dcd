import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startMonitoring } from '@mnemoscope/instrumentation'
import {
  boundConnections,
  type Config,
  createListener,
  hasScrapeToken,
  MnemoscopeError,
  type TlsFiles,
} from '@mnemoscope/kpi'
import { loadQuestions, loadSections } from './corpus.js'
import { faultControl } from './fault-control.js'
import { applyFault, type Fault } from './faults.js'
import { createMemory } from './memory.js'
import { createRecording } from './record.js'
import type { AdaptationStrategy } from './results.js'
import { createStore } from './store.js'
import { startWorkload } from './workload/workload.js'

/** More than scrapers and people at the demo have. */
const mostConnections = 100

/** Requests are a line and a short body. */
const limits = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

export interface DemoOptions {
  /** Port of `/metrics` and `/fault`. Default 9464; 0 takes a free one. */
  readonly port?: number
  /** Address to listen on. Default 127.0.0.1. `/fault` always answers to this machine only. */
  readonly host?: string
  /** Serves HTTPS with this certificate. Default: HTTP. */
  readonly tls?: TlsFiles | undefined
  /** File with the token that scrapes of `/metrics` have to send. Default: none. */
  readonly scrapeTokenFile?: string | undefined
  /** Questions a second, for each of the three models, at most 1000. Default 4. */
  readonly rate?: number
  /** Break the memory from the start. Default: healthy. */
  readonly fault?: Fault | undefined
  /** How sessions choose their model. Default `context_size`. */
  readonly strategy?: AdaptationStrategy
  /** Address of the recorder that gets single measurements. Default: none. */
  readonly recorder?: string | undefined
  /** The configuration to monitor with. Default: Mnemoscope's own defaults. */
  readonly config?: Config
  /** Called if a question could not be answered. Default: a line on standard error. */
  readonly onFailure?: (error: unknown) => void
}

/** A running demo. */
export interface Demo {
  /** Where Prometheus scrapes it: `http://127.0.0.1:9464/metrics`. `/fault` is beside it. */
  readonly url: string
  readonly fault: Fault | undefined
  /** Breaks the memory, or repairs it. Takes effect with the next question. */
  setFault(fault: Fault | undefined): void
  /** Ends the questions, then the endpoint. */
  stop(): Promise<void>
}

/**
 * Starts the memory system, the questions and the endpoint. Resolves when `/metrics` can be scraped.
 * @throws MnemoscopeError PORT_IN_USE when the port is taken, USAGE when the rate is not above 0 and at most 1000
 */
export async function startDemo({
  port = 9464,
  host = '127.0.0.1',
  tls,
  scrapeTokenFile,
  rate = 4,
  fault: firstFault,
  strategy = 'context_size',
  recorder,
  config,
  onFailure = (error) => console.error('demo: a question could not be answered:', error),
}: DemoOptions = {}): Promise<Demo> {
  if (!(rate > 0 && rate <= 1000))
    throw new MnemoscopeError('USAGE', 'the demo cannot ask at this rate', {
      value: rate,
      expected: 'questions a second for each model: more than 0, at most 1000',
      next: 'leave the rate out to ask 4 questions a second',
    })
  const sections = loadSections()
  const memory = createMemory(createStore(sections))
  let fault: Fault | undefined
  const control = {
    get fault() {
      return fault
    },
    setFault(next: Fault | undefined) {
      applyFault(memory, next)
      fault = next
    },
  }
  control.setFault(firstFault)

  const monitor = await startMonitoring({
    service: 'demo',
    endpoint: false,
    ...(config && { config }),
    ...(recorder !== undefined && { recorder }),
  })
  const handleFault = faultControl(control)
  const server = createListener({ ...limits, tls }, (request, response) => {
    const path = request.url?.split('?', 1)[0]
    if (path === '/metrics' && scrapeTokenFile !== undefined && !hasScrapeToken(request, scrapeTokenFile))
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('Scrapes need the token.\n')
    else if (path === '/metrics') monitor.requestHandler(request, response)
    else if (path === '/fault') handleFault(request, response)
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('Here are /metrics and /fault.\n')
  })
  boundConnections(server, { all: mostConnections })
  const address = await listen(server, port, host).catch(async (error: unknown) => {
    await monitor.stop()
    throw error
  })

  const recording = createRecording(monitor)
  const workload = startWorkload({
    memory,
    sections,
    questions: loadQuestions(),
    rate,
    strategy,
    onAnswer: recording.answer,
    onAdaptation: recording.adaptation,
    onFailure,
  })

  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`,
    get fault() {
      return control.fault
    },
    setFault: control.setFault,
    async stop() {
      memory.store.setDelay(undefined)
      await workload.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await monitor.stop()
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new MnemoscopeError('PORT_IN_USE', `the demo cannot listen on ${host}:${port}: it is taken`, {
              value: port,
              expected: 'a free port',
              next: 'stop the program that listens there, or start the demo with port 0 to take a free one',
              cause,
            })
          : cause,
      ),
    )
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}
