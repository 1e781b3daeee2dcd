import { Command } from 'commander'
import { recorderUrl } from '../recorder-client.js'
import { print } from '../terminal.js'

interface ExplainCommandOptions {
  config?: string
  url?: string
  prometheusUrl?: string
  operation?: string
  json?: true
}

/** `mnemoscope explain ALERT`: why an alert fires, and where its threshold is set. */
export const explainCommand = new Command('explain')
  .description(
    'explain an alert: its rule, where its threshold is set, the values it judges, its last changes',
  )
  .argument('<alert>', 'name of an alert, or id of an episode')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--prometheus-url <url>', 'Prometheus (default: the one that runs here, else endpoints.prometheus)')
  .option('--operation <name>', 'values and episodes of one operation only, such as search')
  .option('--json', 'print it as JSON')
  .action(async (alert: string, options: ExplainCommandOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { explain } = await import('../explain/explain.js')
    const { explanationText } = await import('../explain/text.js')
    const { serverUrl } = await import('../prometheus-client.js')
    const { config, configPath, folder } = await loadProject(options.config)
    const explanation = await explain({
      alert,
      operation: options.operation,
      recorder: await recorderUrl(options.url),
      prometheus: serverUrl('prometheus', {
        given: options.prometheusUrl,
        folder,
        configured: config.endpoints.prometheus,
      }),
      declared: config.declared,
      configPath,
    })
    print(options.json ? `${JSON.stringify(explanation)}\n` : explanationText(explanation, config.kpis))
  })
