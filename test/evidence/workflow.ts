import { execFile } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { repository } from '../harness/repository.js'

const run = promisify(execFile)

/** What is followed here of a workflow of GitHub. */
interface Step {
  readonly uses?: string
  readonly with?: { readonly ref?: string; readonly path: string }
  readonly run?: string
  readonly 'working-directory'?: string
  readonly env?: Readonly<Record<string, string>>
}

export const workflowFile = join(repository, 'examples/pull-request/.github/workflows/alerts.yml')

/** A repository with the configuration on `main`, whose package has the command `mnemoscope` of this repository. */
export interface Forge {
  /** Puts an edited configuration on a branch of its own. */
  propose(branch: string, config: string): Promise<void>
  /** Follows the workflow for a branch, each command of it as GitHub runs it. */
  check(branch: string, values: Readonly<Record<string, string>>): Promise<Checked>
}

export interface Checked {
  /** Of the first step that fails, else 0. */
  readonly exitCode: number
  /** Command of the step that failed. */
  readonly failed: string | undefined
  /** What people see on the pull request. */
  readonly summary: string
  /** What the last step has said on standard error, and how long it took. */
  readonly said: string
  readonly seconds: number
}

export async function newForge(folder: string, config: string): Promise<Forge> {
  const origin = join(folder, 'origin')
  const command = join(origin, 'command')
  mkdirSync(command, { recursive: true })
  const write = (path: string, text: string) => writeFileSync(join(origin, path), text)
  write('mnemoscope.config.ts', config)
  write('command/package.json', json({ name: 'here', version: '1.0.0', bin: { mnemoscope: 'run.mjs' } }))
  const bin = join(repository, 'packages/cli/bin/mnemoscope.js')
  write('command/run.mjs', `#!/usr/bin/env node\nawait import(${JSON.stringify(bin)})\n`)
  chmodSync(join(command, 'run.mjs'), 0o755)
  write('package.json', json({ name: 'service', version: '1.0.0', dependencies: { here: 'file:command' } }))
  write('.gitignore', 'node_modules\n')
  await run('npm', ['install', '--package-lock-only', '--offline', '--no-audit'], { cwd: origin })
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', ...args], { cwd: origin })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'configuration')
  return {
    async propose(branch, edited) {
      await git('checkout', '--quiet', '-b', branch, 'main')
      write('mnemoscope.config.ts', edited)
      await git('commit', '--quiet', '--all', '--message', branch)
    },
    check: (branch, values) => follow(mkdtempSync(join(folder, 'runner-')), origin, branch, values),
  }
}

async function follow(
  workspace: string,
  origin: string,
  branch: string,
  values: Readonly<Record<string, string>>,
): Promise<Checked> {
  const { jobs } = parse(readFileSync(workflowFile, 'utf8')) as { jobs: { backtest: { steps: Step[] } } }
  const filled = (text: string) =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => {
      const value = { 'github.base_ref': 'main', ...values }[name]
      if (value === undefined) throw new Error(`the workflow uses ${name}, which nothing has`)
      return value
    })
  const summaryFile = join(workspace, 'summary.md')
  appendFileSync(summaryFile, '')
  let [said, began] = ['', performance.now()]
  const checked = (exitCode: number, failed: string | undefined): Checked => ({
    ...{ exitCode, failed, summary: readFileSync(summaryFile, 'utf8'), said },
    seconds: (performance.now() - began) / 1_000,
  })
  for (const step of jobs.backtest.steps) {
    if (step.run === undefined) {
      if (step.uses !== 'actions/checkout@v4' || step.with === undefined)
        throw new Error(`not known here: ${step.uses}`)
      const ref = step.with.ref === undefined ? branch : filled(step.with.ref)
      await run('git', ['clone', '--quiet', '--branch', ref, origin, join(workspace, step.with.path)])
      continue
    }
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text)]))
    began = performance.now()
    try {
      // The shell that GitHub takes, by its documentation.
      const { stderr } = await run('bash', ['-e', '-c', filled(step.run)], {
        cwd: join(workspace, step['working-directory'] ?? ''),
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          npm_config_offline: 'true',
          ...env,
          GITHUB_STEP_SUMMARY: summaryFile,
        },
      })
      said = stderr
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string }
      said = stderr
      return checked(code, step.run)
    }
  }
  return checked(0, undefined)
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`
