import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RouteTest } from '@mnemoscope/generate'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { childEnvironment, findTools, type OnToolProgress } from '@mnemoscope/servers'
import { print } from './terminal.js'

const run = promisify(execFile)

/** Prints each step of a download once, so that a wait has a reason on the screen. */
function newLines(): OnToolProgress {
  const printed = new Set<string>()
  return ({ message }) => {
    if (printed.has(message)) return
    printed.add(message)
    print(`${message}\n`, process.stderr)
  }
}

/**
 * Checks the generated files of a folder with promtool and amtool.
 * @param ruleTests paths of unit tests that promtool runs, too
 * @param routes alerts that amtool sends through the routes, too
 * @returns a line for each check that passed
 * @throws MnemoscopeError GENERATED_REJECTED with the tool's output
 */
export async function checkWithTools(
  folder: string,
  stateDir: string,
  ruleTests: readonly string[] = [],
  routes: readonly RouteTest[] = [],
): Promise<string[]> {
  const toolsDir = join(stateDir, 'tools')
  const { promtool, amtool } = await findTools(['promtool', 'amtool'], { toolsDir, onProgress: newLines() })
  const checks = [
    {
      name: 'promtool check config',
      command: promtool.command,
      args: ['check', 'config', 'prometheus/prometheus.yml'],
    },
    {
      name: 'amtool check-config',
      command: amtool.command,
      args: ['check-config', 'alertmanager/alertmanager.yml'],
    },
    ...ruleTests.map((path) => ({
      name: `promtool test rules ${path}`,
      command: promtool.command,
      args: ['test', 'rules', path],
    })),
    ...routes.map(({ labels, receivers }) => {
      const given = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      return {
        name: `amtool config routes test ${given.join(' ')}`,
        command: amtool.command,
        args: [
          ...['config', 'routes', 'test', '--config.file=alertmanager/alertmanager.yml'],
          ...[`--verify.receivers=${receivers.join(',')}`, ...given],
        ],
      }
    }),
  ]
  for (const { name, command, args } of checks) {
    await run(command, args, { cwd: folder, env: childEnvironment() }).catch(
      (error: Error & { stdout?: string; stderr?: string }) => {
        const said = `${error.stdout ?? ''}${error.stderr ?? error.message}`
        throw new MnemoscopeError('GENERATED_REJECTED', `${name}: ${said}`, {
          value: args.at(-1),
          next: nextAfter(said),
          cause: error,
        })
      },
    )
  }
  const shown = checks.slice(0, checks.length - routes.length).map(({ name }) => `${name}: passed`)
  return routes.length === 0
    ? shown
    : [...shown, `amtool config routes test: ${routes.length} alerts, passed`]
}

/** An expression of the configuration is the only text of a person in a generated rule. */
function nextAfter(said: string): string {
  const [, kpi] = /group "mnemoscope_(\w+)_source".*could not parse expression/.exec(said) ?? []
  return kpi === undefined
    ? 'This is a defect of the generated files: please report it with the configuration.'
    : `Correct source.promql of the KPI ${kpi}, and try it on the page of Prometheus.`
}
