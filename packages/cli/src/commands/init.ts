import { existsSync, lstatSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import { readText } from '../read-text.js'

const starter = `import { defineConfig } from '@mnemoscope/kpi'

export default defineConfig({
  // The instrumented services and the addresses of their /metrics endpoints.
  services: [{ name: 'memory', targets: ['127.0.0.1:9464'] }],
  kpis: {
    // Thresholds of a KPI, and others for one model or context size:
    // latency: {
    //   thresholds: { warning: 5, error: 10, critical: 20 },
    //   overrides: [{ model: 'gpt-4o', thresholds: { warning: 8 } }],
    // },
  },
})
`

/** Data, logs, fetched programs and a file with a password: nothing to commit. */
const ignored = '.mnemoscope/'

/** `mnemoscope init`: a first configuration file, never over one that is there, and a .gitignore that suits it. */
export const initCommand = new Command('init')
  .description('write a first mnemoscope.config.ts here, and add .mnemoscope to .gitignore')
  .action(async () => {
    const { configFileIn } = await import('../config-file.js')
    const path = resolve('mnemoscope.config.ts')
    // A link that leads nowhere is there too: writing through it would put the file somewhere else.
    const link = lstatSync(path, { throwIfNoEntry: false })
    const found = configFileIn('.') ?? (link === undefined ? undefined : path)
    if (found !== undefined) {
      const isBroken = !existsSync(found)
      throw new MnemoscopeError('USAGE', `${found} exists${isBroken ? ' and is a link to nothing' : ''}`, {
        value: found,
        expected: 'a folder without a configuration',
        next: isBroken
          ? 'Remove the link, or run the command in another folder.'
          : 'Edit that file, or run the command in another folder.',
      })
    }
    const gitignore = resolve('.gitignore')
    const before = existsSync(gitignore) ? readText(gitignore) : undefined
    const after = gitignoreWith(before)
    writeFileSync(path, starter, { flag: 'wx' })
    process.stdout.write(`Wrote ${path}\n`)
    if (after !== before) {
      writeFileSync(gitignore, after)
      process.stdout.write(
        before === undefined ? `Wrote ${gitignore}\n` : `Added ${ignored} to ${gitignore}\n`,
      )
    }
    process.stdout.write(
      'Next: name your services in it, then start the pipeline with `npx mnemoscope up`.\n',
    )
  })

/**
 * The text of a .gitignore that leaves `.mnemoscope` out of commits: unchanged where it does so already.
 * @param before undefined where there is no such file
 */
export function gitignoreWith(before: string | undefined): string {
  if (before === undefined) return `node_modules/\n${ignored}\n`
  if (/^\/?\.mnemoscope\/?\s*$/m.test(before)) return before
  const newline = before.includes('\r\n') ? '\r\n' : '\n'
  const separator = before === '' || before.endsWith('\n') ? '' : newline
  return `${before}${separator}${ignored}${newline}`
}
