import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'
import { start } from './running.js'
import { runServed } from './served.js'
import type { Shape } from './shape.js'

/** The service under the real PM2 by the recipe of `docs/services.md`, in its cluster mode and as single processes, with `pm2 reload`. */
export function pm2(folder: string): Shape[] {
  const command = join(folder, 'node_modules/pm2/bin/pm2')
  const page = readFileSync(join(repository, 'docs/services.md'), 'utf8')
  const [, recipe = ''] = /```js\n(module\.exports = [\s\S]*?)```/.exec(page) ?? []
  return (['cluster', 'fork'] as const).map((mode) => ({
    name: `pm2, ${mode} mode, ${mode === 'cluster' ? 'four workers' : 'one process'}`,
    over: 'pm2 reload',
    async run() {
      // Its daemon listens at sockets there, whose paths must be short.
      const home = mkdtempSync(join(tmpdir(), 'pm2-'))
      const config = join(home, 'service.config.cjs')
      const done = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
        const running = start(process.execPath, [command, ...args], folder, { ...env, PM2_HOME: home })
        await new Promise((resolve) => running.process.once('close', resolve))
        if (running.process.exitCode !== 0) throw new Error(running.output())
      }
      try {
        writeFileSync(
          config,
          recipe
            .replace('./service.mjs', join(folder, 'single.mjs'))
            .replace("'cluster'", `'${mode}'`)
            .replace(
              'instances: 4',
              `instances: ${mode === 'cluster' ? 4 : 1}, out_file: '${home}/out.log', merge_logs: true`,
            ),
        )
        const outcome = await runServed({
          folder,
          args: [command, 'start', config],
          env: { PM2_HOME: home },
          reload: (_, env) => done(['reload', 'service'], env),
          end: (_, env) => done(['kill'], env),
        })
        const log = readFileSync(join(home, 'out.log'), 'utf8')
        return { ...outcome, warnings: [...log.matchAll(/warned (.*)/g)].map(([, text = '']) => text) }
      } finally {
        // Never without its own home: that would end the processes of this user.
        await done(['kill'], {}).catch(() => undefined)
        rmSync(home, { recursive: true, force: true })
      }
    },
  }))
}
