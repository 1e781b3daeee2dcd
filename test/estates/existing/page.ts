import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { repository } from '../../harness/repository.js'
import type { AlertmanagerConfig, PrometheusConfig, Stranger } from './stranger.js'

const page = join(repository, 'docs/existing-servers.md')
const cli = join(repository, 'packages/cli/bin/mnemoscope.js')

/** Every command of the page, in order. */
export function commandsOfPage(): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  return blocks.flatMap(([, text = '']) => text.split('\n').filter((line) => line !== ''))
}

/** The addresses that take the place of those on the page. */
export interface Addresses {
  readonly prometheus: string
  readonly alertmanager: string
  readonly database: string
  readonly recorderPort: number
}

/** A command of the page with the addresses of this run. */
function here(command: string, { prometheus, alertmanager, database, recorderPort }: Addresses): string {
  const port = command.includes('mnemoscope record') ? ` --port ${recorderPort}` : ''
  return `${command
    .replace(/DATABASE_URL=\S+/, `DATABASE_URL=${database}`)
    .replace('http://127.0.0.1:9090', prometheus)
    .replace('http://127.0.0.1:9093', alertmanager)
    .replace('npx mnemoscope', `exec '${process.execPath}' '${cli}'`)}${port}`
}

const { DATABASE_URL: _, NODE_OPTIONS: __, ...env } = process.env

/** Runs a command of the page to its end. @throws if it fails */
export async function runCommand(command: string, folder: string, addresses: Addresses): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', here(command, addresses)], { cwd: folder, env })
  return stdout
}

/** Starts a command of the page that goes on. */
export function startCommand(command: string, folder: string, addresses: Addresses) {
  const child = spawn('bash', ['-c', here(command, addresses)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    said: () => said,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const monitoring = 'monitoring'

/** His prometheus.yml with what the page says; for a Prometheus before 2.43 the jobs are copied. */
export function prometheusOfPage({ own, folder }: Stranger, rules = monitoring): PrometheusConfig {
  const scrape = join(folder, monitoring, 'prometheus/scrape')
  return {
    ...own.prometheus,
    rule_files: [...own.prometheus.rule_files, `${rules}/prometheus/rules/*.yml`],
    scrape_configs: [
      ...own.prometheus.scrape_configs,
      ...readdirSync(scrape).flatMap(
        (file) =>
          parse(readFileSync(join(scrape, file), 'utf8'))
            .scrape_configs as PrometheusConfig['scrape_configs'],
      ),
    ],
  }
}

/** The lists of `additions.yml`. */
export function additionsOfPage({ folder }: Stranger): AlertmanagerConfig {
  return parse(readFileSync(join(folder, monitoring, 'alertmanager/additions.yml'), 'utf8'))
}

/** His alertmanager.yml with what the page says: each list added, the routes in front. */
export function alertmanagerOfPage(stranger: Stranger): AlertmanagerConfig {
  const additions = additionsOfPage(stranger)
  const { route, inhibit_rules, receivers } = stranger.own.alertmanager
  return {
    route: { ...route, routes: [...additions.route.routes, ...route.routes] },
    inhibit_rules: [...additions.inhibit_rules, ...inhibit_rules],
    receivers: [...additions.receivers, ...receivers],
  }
}
