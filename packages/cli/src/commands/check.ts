import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '@mnemoscope/kpi'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import { folderOption } from '../options.js'
import { writeFiles } from '../project-files.js'
import { keepOutOfCommits, stateFolder } from '../up/run-file.js'

interface CheckOptions {
  config?: string
  out?: string
  skipTools?: true
  testRules?: true
  json?: true
}

/**
 * Renders a message of each kind in each medium.
 * @returns what was found, as a line
 * @throws MnemoscopeError GENERATED_REJECTED with what amtool says
 */
async function messagesRendered(config: Config, folder: string): Promise<string> {
  const { findTool } = await import('@mnemoscope/servers')
  const { renderMessages } = await import('../messages/render.js')
  const { samples } = await import('../messages/samples.js')
  const amtool = await findTool('amtool', { toolsDir: join(stateFolder(folder), 'tools') })
  try {
    const { length } = await renderMessages(config, samples(config, new Date()), amtool)
    return `amtool template render: ${length} kinds of messages in all media, passed`
  } catch (error) {
    // It came with an older Alertmanager than the configuration names: that one has to judge.
    if (!(error instanceof MnemoscopeError) || error.code !== 'TOOL_MISSING') throw error
    return `amtool template render: not run, ${error.message}`
  }
}

/** `mnemoscope check`: is the configuration valid, and do the generated files match it? */
export const checkCommand = new Command('check')
  .description('check the configuration, the generated files for drift, and both with promtool and amtool')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '-o, --out <folder>',
    "folder that `mnemoscope generate` wrote to (default: the configuration file's)",
    folderOption('--out'),
  )
  .option('--skip-tools', 'do not run promtool and amtool')
  .option(
    '--test-rules',
    'also run the generated unit tests of the rules, send alerts through the routes, and render all messages (about a minute)',
  )
  .option('--json', 'print the result as JSON')
  .action(async (options: CheckOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { config, configPath, folder } = await loadProject(options.config)
    const out = options.out === undefined ? folder : resolve(options.out)
    const [{ generatedFiles }, { checkedServers, drift, routeTests }] = await Promise.all([
      import('../generated-files.js'),
      import('@mnemoscope/generate'),
    ])
    const { servers, expected, found, leftover } = generatedFiles(config, out, [])
    // `mnemoscope up` needs no generated files in the project, so a project may have none.
    const none = found.size === 0 && leftover.size === 0
    const again = (['config', 'out'] as const)
      .flatMap((name) => (options[name] === undefined ? [] : [` --${name} ${inShell(options[name])}`]))
      .join('')
    if (none && options.out !== undefined) {
      throw new MnemoscopeError('GENERATED_DRIFT', `there are no generated files in ${out}`, {
        value: out,
        expected: 'the folder that `npx mnemoscope generate --out` wrote to',
        next: `Correct --out, or run \`npx mnemoscope generate${again}\`.`,
      })
    }
    const drifted = none ? [] : drift(expected, new Map([...found, ...leftover]))
    if (drifted.length > 0) {
      throw new MnemoscopeError(
        'GENERATED_DRIFT',
        drifted.map(({ path, kind }) => `${path}: ${kind}`).join('\n'),
        {
          value: drifted,
          expected: `the files generated from ${configPath}`,
          next: `Run \`npx mnemoscope generate${again}\` and commit what it writes.`,
        },
      )
    }
    const isTest = (path: string) => path.startsWith('prometheus/tests/')
    const ruleTests = options.testRules ? [...expected.keys()].filter(isTest) : []
    // Routes of a server of others are theirs.
    const routes = options.testRules && servers !== 'existing' ? routeTests(config) : []
    const judge = async (where: string) => {
      const { checkWithTools } = await import('../check-with-tools.js')
      const { hidingSecrets } = await import('../hide-secrets.js')
      try {
        return await hidingSecrets(config, async () => [
          ...(await checkWithTools(where, stateFolder(folder), ruleTests, routes)),
          ...(options.testRules ? [await messagesRendered(config, folder)] : []),
        ])
      } finally {
        keepOutOfCommits(folder)
      }
    }
    const checked = options.skipTools
      ? []
      : servers === 'existing'
        ? await inTemporaryFolder(new Map([...expected, ...checkedServers(expected)]), judge)
        : none
          ? await inTemporaryFolder(expected, judge)
          : await judge(out)
    const state = none
      ? 'no generated files here; `npx mnemoscope generate` writes them, `--out FOLDER` checks those elsewhere, and `up` needs none'
      : `${expected.size} generated files: up to date`
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ config: configPath, files: none ? [] : [...expected.keys()], checked })}\n`
        : [`${configPath}: valid`, state, ...checked, ''].join('\n'),
    )
  })

/** A path as it can stand in a command. */
function inShell(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

async function inTemporaryFolder<T>(
  files: ReadonlyMap<string, string>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-check-'))
  try {
    writeFiles(folder, files, () => true)
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
