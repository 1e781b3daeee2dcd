import { type Fault, faults } from '@mnemoscope/demo/faults'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command, Option } from 'commander'
import { portOption, type TlsOptions, tlsFiles } from '../options.js'
import { readRunFile } from '../up/run-file.js'
import { aborted, stopSignal } from '../up/stop-signal.js'

interface DemoOptions extends TlsOptions {
  config?: string
  fault?: Fault | 'none'
  serve?: true
  port: number
  host: string
  recorder?: string
  scrapeTokenFile?: string
}

/** `mnemoscope demo`: breaks and fixes the running demo, or runs only its memory system. */
export const demoCommand = new Command('demo')
  .description('break or fix the demo that runs here, or run only its memory system')
  .addOption(new Option('--fault <fault>', 'what to break; "none" fixes it').choices([...faults, 'none']))
  .option('--serve', 'run the memory system with its /metrics in this process, until Ctrl-C')
  .option('-c, --config <file>', 'configuration file, for --serve (default: mnemoscope.config.ts here)')
  .option('--port <port>', 'port of /metrics for --serve', portOption, 9_464)
  .option('--host <address>', 'address of /metrics for --serve', '127.0.0.1')
  .option('--tls-cert <file>', 'certificate of /metrics over HTTPS, for --serve')
  .option('--tls-key <file>', 'key of the certificate')
  .option('--tls-client-ca <file>', 'authority of the certificates that scrapers have to show, for --serve')
  .option('--scrape-token-file <file>', 'file with the token that scrapes have to send, for --serve')
  .option('--recorder <url>', 'recorder that gets single measurements, for --serve (default: none)')
  .action(async (options: DemoOptions) => {
    if (options.serve) return serve(options)
    const { metrics, recorder } = readRunFile(process.cwd())
    if (metrics === null) {
      throw new MnemoscopeError('NOT_RUNNING', 'the pipeline here runs without the demo', {
        next: 'Start it with `npx mnemoscope up --demo`, or run only the demo with `npx mnemoscope demo --serve`.',
      })
    }
    const current =
      options.fault === undefined ? await readFault(metrics) : await setFault(metrics, options.fault)
    process.stdout.write(
      current === null
        ? `The demo is healthy. Watch it on ${recorder}/\n`
        : `The demo is broken: ${current}. Watch it on ${recorder}/; \`mnemoscope demo --fault none\` fixes it.\n`,
    )
  })

async function serve({
  config: path,
  host,
  port,
  fault,
  recorder,
  scrapeTokenFile,
  ...others
}: DemoOptions): Promise<void> {
  const { loadProject } = await import('../config-file.js')
  const { config } = await loadProject(path)
  const stopping = stopSignal(() => {})
  const { startDemo } = await import('@mnemoscope/demo')
  const demo = await startDemo({
    config,
    host,
    port,
    recorder,
    scrapeTokenFile,
    tls: tlsFiles(others),
    ...(fault !== undefined && fault !== 'none' && { fault }),
  })
  process.stdout.write(`The demo's memory system runs; its metrics: ${demo.url}\n`)
  await aborted(stopping)
  await demo.stop()
}

async function readFault(metrics: string): Promise<string | null> {
  return faultOf(await ask(metrics, { method: 'GET' }))
}

async function setFault(metrics: string, fault: Fault | 'none'): Promise<string | null> {
  if (fault === 'none') return faultOf(await ask(metrics, { method: 'DELETE' }))
  return faultOf(
    await ask(metrics, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault }),
    }),
  )
}

async function ask(metrics: string, init: RequestInit): Promise<Response> {
  const url = new URL('/fault', metrics)
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new MnemoscopeError('NOT_RUNNING', `the demo does not answer at ${url.origin}`, {
      value: url.href,
      next: 'Start it with `npx mnemoscope up --demo`.',
      cause,
    })
  })
  if (response.ok) return response
  throw new MnemoscopeError('NOT_RUNNING', `${url} answered ${response.status}: ${await response.text()}`, {
    value: url.href,
    expected: '200 from the demo',
    next: 'Check if another program listens at that address.',
  })
}

async function faultOf(response: Response): Promise<string | null> {
  return ((await response.json()) as { fault: string | null }).fault
}
