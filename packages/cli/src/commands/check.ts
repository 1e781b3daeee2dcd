import { MnemoscopeError } from '@mnemoscope/kpi'
import { Command } from 'commander'
import { loadProject } from '../config-file.js'
import { leftoverFiles, readFiles } from '../project-files.js'
import { stateFolder } from '../up/run-file.js'

interface CheckOptions {
  config?: string
  skipTools?: true
  testRules?: true
  json?: true
}

/** `mnemoscope check`: is the configuration valid, and are the generated files what follows from it? */
export const checkCommand = new Command('check')
  .description('check the configuration, the generated files for drift, and both with promtool and amtool')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--skip-tools', 'leave promtool and amtool out')
  .option('--test-rules', 'run the generated unit tests of the rules too, which takes a minute')
  .option('--json', 'print the result as JSON')
  .action(async (options: CheckOptions) => {
    const { drift, generate, generatedFolders, manifestPath, pathsOfManifest } = await import(
      '@mnemoscope/generate'
    )
    const { config, configPath, folder } = await loadProject(options.config)
    const files = generate(config)
    const found = readFiles(folder, files.keys())
    const written = pathsOfManifest(found.get(manifestPath) ?? '')
    const leftovers = leftoverFiles(folder, generatedFolders, files, written)
    const drifted = drift(files, new Map([...found, ...leftovers]))
    if (drifted.length > 0) {
      throw new MnemoscopeError(
        'GENERATED_DRIFT',
        drifted.map(({ path, kind }) => `${path}: ${kind}`).join('\n'),
        {
          value: drifted,
          expected: `what follows from ${configPath}`,
          next: 'Run `mnemoscope generate` and commit what it writes.',
        },
      )
    }
    const isTest = (path: string) => path.startsWith('prometheus/tests/')
    const ruleTests = options.testRules ? [...files.keys()].filter(isTest) : []
    const { checkWithTools } = await import('../check-with-tools.js')
    const checked = options.skipTools ? [] : await checkWithTools(folder, stateFolder(folder), ruleTests)
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ config: configPath, files: [...files.keys()], checked })}\n`
        : [`${configPath}: valid`, `${files.size} generated files: up to date`, ...checked, ''].join('\n'),
    )
  })
