import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { Command } from 'commander'

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

/** `mnemoscope init`: a first configuration file, never over one that is there. */
export const initCommand = new Command('init')
  .description('write a first mnemoscope.config.ts here')
  .action(() => {
    const path = resolve('mnemoscope.config.ts')
    if (existsSync(path)) {
      throw new MnemoscopeError('USAGE', `${path} exists`, {
        value: path,
        expected: 'a folder without a configuration',
        next: 'Edit that file, or run the command in another folder.',
      })
    }
    writeFileSync(path, starter, { flag: 'wx' })
    process.stdout.write(
      `Wrote ${path}\nNext: \`mnemoscope up\` starts the pipeline for the services it names.\n`,
    )
  })
