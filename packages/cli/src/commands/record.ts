import { Command } from 'commander'
import { changeToken, databaseConnections, requiredDatabaseUrl, tokenNote } from '../environment.js'
import { keyFileOf } from '../keys.js'
import { withLogin } from '../login.js'
import {
  hostOption,
  portOption,
  proxyOption,
  type ScrapedAt,
  scrapeOption,
  type TlsOptions,
  tlsFiles,
} from '../options.js'
import { aborted, stopSignal } from '../up/stop-signal.js'

interface RecordOptions extends TlsOptions {
  config?: string
  host: string
  allowHost?: readonly string[]
  trustProxy?: readonly string[]
  port: number
  prometheusUrl?: string
  waitForPrometheus?: true
  alertmanagerUrl?: string
  serversPasswordFile?: string
  open?: true
  keys?: string
  ownKeys?: string
  applyTo?: string
  grafanaUrl?: string
  scrape?: ScrapedAt
  demoClock?: true
}

/** `mnemoscope record`: only the recorder, with a Prometheus and a Postgres that run elsewhere. */
export const recordCommand = new Command('record')
  .description(
    'run the recorder: it stores snapshots and alerts in Postgres and serves the HTTP API and the page',
  )
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option(
    '--allow-host <name>',
    'another name under which the recorder is reached; may be repeated',
    hostOption,
  )
  .option(
    '--trust-proxy <address>',
    'proxy that is believed how a request was sent (X-Forwarded-...); may be repeated',
    proxyOption,
  )
  .option('--port <port>', 'port to listen on, 0 for a free one', portOption, 9_470)
  .option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM); read again when it changes')
  .option('--tls-key <file>', 'key of the certificate')
  .option('--tls-client-ca <file>', 'authority of the certificates that all clients have to show')
  .option('--prometheus-url <url>', 'Prometheus-compatible API (default: endpoints.prometheus)')
  .option('--wait-for-prometheus', 'begin once Prometheus answers')
  .option('--apply-to <folder>', 'apply changes of the configuration to the servers that read this folder')
  .option('--alertmanager-url <url>', 'Alertmanager (default: endpoints.alertmanager)')
  .option(
    '--servers-password-file <file>',
    'file with the password that Prometheus and Alertmanager ask of the user "mnemoscope"',
  )
  .option(
    '--open',
    'without a token and keys: let everybody who reaches it read, acknowledge and send (default at a loopback address)',
  )
  .option('--keys <file>', 'keys from `mnemoscope key create` (default: .mnemoscope/keys.json)')
  .option(
    '--own-keys <folder>',
    'folder of the keys and the password that `mnemoscope up` made for its parts',
  )
  .option('--grafana-url <url>', 'with --apply-to: Grafana (default: endpoints.grafana)')
  .option('--scrape <service=address>', 'with --apply-to: address of a service in this run', scrapeOption)
  .option('--demo-clock', "use the demo's faster intervals where the configuration sets none")
  .addHelpText(
    'after',
    '\nThe environment variable DATABASE_URL names the database, and MNEMOSCOPE_DATABASE_CONNECTIONS the most' +
      '\nconnections to it (default: 16). If MNEMOSCOPE_TOKEN is set, or keys were made' +
      '\nwith `mnemoscope key create`, every request must send the token or a key, except health and metrics. Without' +
      '\nthem, changes of the configuration and deployments are refused.',
  )
  .action(async (options: RecordOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { demoClock } = await import('../up/demo-clock.js')
    const defaults = options.demoClock ? demoClock : {}
    const { applyTo, scrape, grafanaUrl, host, port } = options
    const { readPatch } = await import('../changes/applied-folder.js')
    const project = await loadProject(options.config, defaults, () =>
      applyTo === undefined ? {} : readPatch(applyTo),
    )
    const { config, configPath } = project
    const { openGate } = await import('../gate.js')
    const gate = openGate({
      keyFile: options.keys ?? keyFileOf(project.folder),
      ownKeys: options.ownKeys,
      serversPasswordFile: options.serversPasswordFile,
    })
    const passwordFile = gate.access.login?.passwordFile
    const prometheusUrl = withLogin(options.prometheusUrl ?? config.endpoints.prometheus, passwordFile)
    const alertmanagerUrl = withLogin(options.alertmanagerUrl ?? config.endpoints.alertmanager, passwordFile)
    const databaseUrl = requiredDatabaseUrl()
    const connections = databaseConnections()
    const token = changeToken()
    const stopping = stopSignal(() => {})
    const { configuredHandlers, startRecorder } = await import('@mnemoscope/recorder')
    const { untilItAnswers } = await import('../changes/server-api.js')
    const { followConfig } = await import('../changes/follower.js')
    const { openApplier } = await import('../changes/applier.js')
    const tls = tlsFiles(options)
    const recorderUrl = port === 0 ? undefined : `${tls === undefined ? 'http' : 'https'}://${host}:${port}`
    const applier =
      applyTo === undefined
        ? undefined
        : openApplier({
            project,
            defaults,
            applyTo,
            prometheusUrl,
            alertmanagerUrl,
            recorderUrl,
            grafanaUrl,
            scrape,
            access: gate.access,
          })
    const configSource = applier ?? followConfig({ configPath, config, defaults, prometheusUrl })
    const note = options.ownKeys === undefined ? tokenNote(config) : undefined
    if (note !== undefined) process.stderr.write(`${note}\n`)
    if (options.waitForPrometheus) {
      await untilItAnswers(prometheusUrl, stopping)
      if (stopping.aborted) return configSource.stop()
    }
    const starting = startRecorder({
      config,
      configSource,
      databaseUrl,
      ...(connections !== undefined && { databaseConnections: connections }),
      prometheusUrl,
      prometheusReplicas: config.replicas.prometheus,
      alertmanagerUrls: [alertmanagerUrl, ...config.replicas.alertmanager],
      handlers: configuredHandlers(config, project.folder),
      host,
      port,
      tls,
      allowHosts: options.allowHost ?? [],
      trustProxies: options.trustProxy ?? [],
      ...(options.open && { open: 'use' }),
      ...gate.recorder,
      ...(token === undefined ? {} : { token }),
    })
    // If the recorder could not start, the config source would keep the process alive.
    const recorder = await starting.catch(async (error: unknown) => {
      await configSource.stop()
      throw error
    })
    applier?.watch()
    await aborted(stopping)
    await configSource.stop()
    await recorder.stop()
  })
