import { Command } from 'commander'
import { loadProject } from '../config-file.js'
import { leftoverFiles, readFiles, removeFiles, writeFiles } from '../project-files.js'

/** `mnemoscope generate`: every file that follows from the configuration. */
export const generateCommand = new Command('generate')
  .description('write the Prometheus, Alertmanager and Grafana files that follow from the configuration')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--json', 'print the written paths as JSON')
  .action(async (options: { config?: string; json?: true }) => {
    const { generate, generatedFolders, manifestPath, pathsOfManifest } = await import('@mnemoscope/generate')
    const { config, folder } = await loadProject(options.config)
    const files = generate(config)
    const before = readFiles(folder, files.keys())
    const changed = [...files].filter(([path, text]) => before.get(path) !== text).map(([path]) => path)
    writeFiles(folder, new Map([...files].filter(([path]) => changed.includes(path))))
    const written = pathsOfManifest(before.get(manifestPath) ?? '')
    const removed = [...leftoverFiles(folder, generatedFolders, files, written).keys()]
    removeFiles(folder, removed)
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ written: changed, removed, unchanged: files.size - changed.length })}\n`,
      )
      return
    }
    for (const path of changed) process.stdout.write(`wrote ${path}\n`)
    for (const path of removed) process.stdout.write(`removed ${path}\n`)
    process.stdout.write(`${changed.length} of ${files.size} generated files changed\n`)
  })
