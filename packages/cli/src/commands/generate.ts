import { join, relative, resolve } from 'node:path'
import type { Config } from '@mnemoscope/kpi'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import { folderOption } from '../options.js'
import { removeFiles, writeFiles } from '../project-files.js'

interface GenerateOptions {
  config?: string
  out?: string
  with?: string
  without?: string
  intoExisting?: true
  json?: true
}

/** `mnemoscope generate`: the files that follow from the configuration. */
export const generateCommand = new Command('generate')
  .description('write the Prometheus and Alertmanager files that follow from the configuration')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '-o, --out <folder>',
    "folder to write to (default: the configuration file's)",
    folderOption('--out'),
  )
  .option(
    '--into-existing',
    'write what you add to a Prometheus and an Alertmanager that you run; needs --out',
  )
  .option('--with <parts>', 'write these too: grafana, compose, runbooks; several with commas between')
  .option('--json', 'print the written paths as JSON')
  .option('--without <parts>', 'no longer write these, and remove their files')
  .addHelpText('after', '\nParts that are there already stay up to date without --with.')
  .action(async (options: GenerateOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { generatedFiles, partsOptions } = await import('../generated-files.js')
    const { wanted, unwanted } = partsOptions(options)
    if (options.intoExisting && options.out === undefined) {
      throw new MnemoscopeError('USAGE', '--into-existing needs --out', {
        value: '--into-existing',
        expected: 'a folder for the files that you add to your servers',
        next: 'Name one: `npx mnemoscope generate --into-existing --out monitoring`.',
      })
    }
    const { config, folder } = await loadProject(options.config)
    const out = options.out === undefined ? folder : resolve(options.out)
    const { servers, expected, found, leftover, foreign } = generatedFiles(
      config,
      out,
      wanted,
      unwanted,
      options.intoExisting,
    )
    if (foreign.length > 0) {
      throw new MnemoscopeError(
        'USAGE',
        `${out} has files that Mnemoscope did not write: ${foreign.join(', ')}. Nothing was changed.`,
        {
          value: foreign,
          expected: 'no file of somebody else where a generated one belongs',
          next: 'Move these files, or name another folder with --out.',
        },
      )
    }
    const changed = new Map([...expected].filter(([path, text]) => found.get(path) !== text))
    const { secretFiles } = await import('@mnemoscope/generate')
    writeFiles(out, changed, secretFiles(config))
    removeFiles(out, leftover.keys())
    const [written, removed] = [[...changed.keys()], [...leftover.keys()]]
    if (options.json) {
      const unchanged = expected.size - written.length
      process.stdout.write(`${JSON.stringify({ written, removed, unchanged })}\n`)
      return
    }
    for (const path of written) process.stdout.write(`wrote ${path}\n`)
    for (const path of removed) process.stdout.write(`removed ${path}\n`)
    process.stdout.write(`${written.length} of ${expected.size} generated files changed in ${out}\n`)
    if (servers === 'existing') process.stdout.write(additionSteps(config, out))
  })

/**
 * What people do with the files for their own servers.
 * @param out folder of the files; shown from here, as Prometheus silently accepts a path that matches nothing
 */
function additionSteps({ alerting: { receivers, watchdog } }: Config, out: string): string {
  const from = relative('.', out)
  const isLeftOut = Object.keys(receivers).length > 0 || watchdog !== undefined
  return [
    'Add them to your servers:',
    `- prometheus.yml: ${join(from, 'prometheus/rules/*.yml')} to rule_files,`,
    `  ${join(from, 'prometheus/scrape/*.yml')} to scrape_config_files (before Prometheus 2.43: their jobs to scrape_configs)`,
    `- alertmanager.yml: each list of ${join(from, 'alertmanager/additions.yml')}, the routes in front of your own`,
    'Paths in prometheus.yml start at the folder of that file.',
    ...(isLeftOut ? ['Your own receivers inform people: alerting.receivers and watchdog are left out.'] : []),
    'Then reload both; `npx mnemoscope doctor` says what is missing.',
    '',
  ].join('\n')
}
