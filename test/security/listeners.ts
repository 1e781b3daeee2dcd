import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, type ServerProcess, startProcess } from '../../packages/servers/src/index.js'
import { mnemoscope, startUp, type Up } from '../harness/command.js'
import { typescript } from '../harness/figures.js'
import { linkTools } from '../harness/link-tools.js'
import { repository } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'

/** Every listener of Mnemoscope, on real processes of their own. */
export interface Listeners {
  readonly up: Up
  /** Where it runs. */
  readonly folder: string
  /** Address of the recorder. */
  readonly recorder: string
  /** Address of the metrics of the demo, which has `/fault` beside them. */
  readonly demo: string
  /** Address of the metrics of a service that has the SDK. */
  readonly service: string
  /** Address of the tools for assistants. */
  readonly mcp: string
  /** What they ask for. */
  readonly mcpToken: string
  /** The key with all scopes. */
  readonly ownerKey: string
  /** A key that may send alerts. */
  readonly alertsKey: string
  /** A key that may read. */
  readonly readKey: string
  /** Whether each process is the one that was started. */
  isSame(): boolean
  stop(): Promise<void>
}

/**
 * Starts `mnemoscope up` with a key for people, tools for assistants, and a demo and a service that send it nothing: what is
 * stored is from others.
 */
export async function startListeners(): Promise<Listeners> {
  const folder = temporaryFolder('listeners')
  writeFileSync(join(folder.path, 'mnemoscope.config.ts'), 'export default {}\n')
  linkTools(folder.path)
  const stops: (() => unknown)[] = [folder.remove]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const up = await startUp(folder.path, ['--ports', 'auto'])
    stops.push(() => up.end('SIGTERM'))
    const made = await mnemoscope(folder.path, ['key', 'create', 'reader', '--scope', 'read'])
    if (made.exitCode !== 0) throw new Error(made.stderr)
    const metrics = async (name: string, argsAt: (port: number) => string[]) => {
      const url = `http://127.0.0.1:${await freePort()}/metrics`
      const process = await startListener(name, argsAt(Number(new URL(url).port)), folder.path, url)
      stops.push(() => process.stop())
      return { url, process }
    }
    const command = join(repository, 'packages/cli/bin/mnemoscope.js')
    const config = join(folder.path, 'mnemoscope.config.ts')
    const demo = await metrics('demo', (port) => [
      command,
      ...['demo', '--serve', '--port', String(port), '--config', config],
    ])
    const service = await metrics('service', (port) => typescript('test/security/service.ts', String(port)))
    const mcpToken = 'of-assistants'
    const mcpPort = await freePort()
    const mcp = `http://127.0.0.1:${mcpPort}/mcp`
    const assistants = await startListener(
      'mcp',
      [command, 'mcp', '--http', '--port', String(mcpPort), '--url', up.run.recorder],
      folder.path,
      mcp,
      { MNEMOSCOPE_MCP_TOKEN: mcpToken, MNEMOSCOPE_TOKEN: made.stdout.trim() },
    )
    stops.push(() => assistants.stop())
    let ended = 0
    for (const { process } of [demo, service, { process: assistants }])
      void process.exited.then(() => ended++)
    const stored = (file: string) => readFileSync(join(folder.path, '.mnemoscope', file), 'utf8').trim()
    const before = stored('run.json')
    return {
      up,
      folder: folder.path,
      recorder: up.run.recorder,
      demo: demo.url,
      service: service.url,
      mcp,
      mcpToken,
      ownerKey: stored('secrets/owner-key'),
      alertsKey: stored('secrets/alertmanager-key'),
      readKey: made.stdout.trim(),
      isSame: () => ended === 0 && stored('run.json') === before,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function startListener(
  name: string,
  args: readonly string[],
  stateDir: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return startProcess({
    name,
    command: process.execPath,
    args,
    cwd: repository,
    env: { ...process.env, ...env },
    stateDir,
    // Assistants are asked for a token.
    ready: async () => [200, 401].includes((await fetch(url)).status),
    readyTimeoutMs: 30_000,
  })
}
