import { connect } from 'node:http2'
import { freePort } from '@mnemoscope/servers'
import { adder, scraped } from './figures-of.js'
import { get, type Running, start, until } from './running.js'
import { address, counted, nothing, type Operation, type Outcome, operation } from './shape.js'

/** How a service that is scraped runs. */
export interface Served {
  readonly folder: string
  readonly command?: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether metrics are at the port of the application. */
  readonly isOwnServer?: boolean
  readonly isHttp2?: boolean
  /** Instead of an end and another start. Gets the process that runs. */
  readonly reload?: (running: Running, env: Readonly<Record<string, string>>) => Promise<void>
  /** Instead of a signal at the end. */
  readonly end?: (running: Running, env: Readonly<Record<string, string>>) => Promise<void>
}

const operationsOfEachPart = 40

/** Runs a service that is scraped: operations, a restart or reload, and more of them. */
export async function runServed(served: Served): Promise<Outcome> {
  const { folder, command = process.execPath, args, isOwnServer = false, isHttp2 = false } = served
  const [appPort, metricsPort] = [await freePort(), await freePort()]
  const env = { ...served.env, APP_PORT: String(appPort), METRICS_PORT: String(metricsPort) }
  const ask = isHttp2 ? getHttp2 : get
  const app = (path: string) => ask(`http://127.0.0.1:${appPort}${path}`)
  const seen = adder()
  const scrape = async () =>
    seen.add(scraped(await (isOwnServer ? app('/metrics') : get(`http://127.0.0.1:${metricsPort}/metrics`))))
  let [recorded, sent] = [nothing, 0]
  const traffic = async () => {
    for (let i = 0; i < operationsOfEachPart; i++) {
      const each: Operation = operation(sent++)
      await app(address(each))
      recorded = counted(recorded, each)
      // Scrapes come while the service works.
      if (i % 15 === 0) await scrape()
    }
  }
  const outputs: Running[] = []
  const answers = async () => {
    await app('/pid')
    await scrape()
    return true
  }
  const begin = async () => {
    const running = start(command, args, folder, env)
    outputs.push(running)
    await until(`an answer of ${args.join(' ')}\n${running.output()}`, answers).catch((error) => {
      throw new Error(`${error.message}\n${running.output()}`)
    })
    return running
  }
  let running = await begin()
  const end = async () => (served.end === undefined ? running.end() : served.end(running, env))
  try {
    await traffic()
    await scrape()
    if (served.reload === undefined) {
      await end()
      running = await begin()
    } else {
      await served.reload(running, env)
      await until('an answer after the reload', answers)
    }
    await traffic()
    await scrape()
  } finally {
    await end()
  }
  const warnings = outputs.flatMap((each) =>
    [...each.output().matchAll(/warned (.*)/g)].map(([, text = '']) => text),
  )
  return { recorded, shown: seen.total(), warnings }
}

function getHttp2(url: string): Promise<string> {
  const { origin, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const session = connect(origin)
    session.once('error', reject)
    const stream = session.request({ ':path': `${pathname}${search}` })
    let text = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk) => {
      text += chunk
    })
    stream.once('error', reject)
    stream.once('end', () => {
      session.close()
      resolve(text)
    })
    stream.end()
  })
}

/** Asks a process to reload by a signal, and waits until it says that it has. */
export async function reloadBySignal(running: Running): Promise<void> {
  const reloaded = running.said('reloaded')
  running.process.kill('SIGUSR2')
  await reloaded
}
