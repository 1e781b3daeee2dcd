import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { jest } from '@jest/globals'
import { findTool, type ToolName } from '@mnemoscope/servers'
import { parse, stringify } from 'yaml'
import type { RuleFile, RuleGroup } from '../src/rule.js'

const toolsDir = join(dirname(fileURLToPath(import.meta.url)), '../../../.mnemoscope/tools')
const run = promisify(execFile)

// promtool evaluates every rule at every interval of a test: some seconds on a busy machine.
jest.setTimeout(60_000)

/** What a tool said and how it ended. */
export interface ToolResult {
  readonly ok: boolean
  readonly output: string
}

/** Path of a tool, found as the commands find it. */
export async function toolCommand(name: ToolName): Promise<string> {
  return (await findTool(name, { toolsDir })).command
}

/** Writes files into a folder of their own and runs a tool in it. */
export async function runTool(
  name: ToolName,
  args: readonly string[],
  files: ReadonlyMap<string, string>,
): Promise<ToolResult> {
  const command = await toolCommand(name)
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-generate-'))
  try {
    for (const [file, text] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), text)
    }
    const { stdout, stderr } = await run(command, args, { cwd: folder })
    return { ok: true, output: stdout + stderr }
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    if (stdout === undefined) throw error
    return { ok: false, output: `${stdout}${stderr}` }
  } finally {
    await rm(folder, { recursive: true })
  }
}

export interface Expectation {
  readonly at: string
  readonly alerts?: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
  readonly values?: Readonly<Record<string, readonly (readonly [labels: string, value: number])[]>>
}

export interface RuleTestOptions {
  readonly scrape?: string
  readonly evaluation?: string
  /**
   * Default: the groups that the expectations depend on, in files that read a series of the test. promtool evaluates every
   * group at every interval, and those of a day's windows take most of the time.
   */
  readonly rules?: 'all'
}

/**
 * Runs generated rules over series in `promtool test rules`; alerts are compared by model and context size.
 * @returns what promtool found wrong; empty where everything is as expected
 */
export async function ruleTest(
  files: ReadonlyMap<string, string>,
  series: Readonly<Record<string, string>>,
  expectations: readonly Expectation[],
  { scrape, evaluation, rules }: RuleTestOptions = {},
): Promise<string> {
  const read = [...files]
    .filter(([path]) => path.startsWith('prometheus/rules/'))
    .filter(([path, text]) => rules === 'all' || readsOneOf(Object.keys(series), path, text))
  if (read.length === 0) throw new Error(`no rule reads ${Object.keys(series).join(', ')}`)
  const ruleFiles = read.map(([path]) => path)
  const needed = rules === 'all' ? new Map(read) : neededGroups(read, expectations)
  const test = {
    rule_files: ruleFiles,
    // As in the files; promtool's own order differs from run to run.
    group_eval_order: [...needed.values()].flatMap(groupNames),
    evaluation_interval: evaluation ?? '30s',
    tests: [
      {
        interval: scrape ?? '15s',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: expectations.flatMap(({ at, values = {}, alerts = {} }) => [
          ...Object.entries(values).map(([expr, samples]) => ({
            expr,
            eval_time: at,
            exp_samples: samples.map(([labels, value]) => ({ labels, value })),
          })),
          ...Object.entries(alerts).map(([alertname, labelSets]) => ({
            expr: `count by (model, context_size) (ALERTS{alertname="${alertname}", alertstate="firing"})`,
            eval_time: at,
            exp_samples: labelSets.map(({ model, context_size }) => ({
              labels: `{model="${model}", context_size="${context_size}"}`,
              value: 1,
            })),
          })),
        ]),
      },
    ],
  }
  const args = ['test', 'rules', 'test.yml']
  const { ok, output } = await runTool('promtool', args, new Map([...needed, ['test.yml', stringify(test)]]))
  return ok ? '' : output
}

/** Every file of a KPI reads `up` beside its KPI's series, and evaluates to nothing without them. */
function readsOneOf(series: readonly string[], path: string, text: string): boolean {
  const names = series.map((name) => name.replace(/\{.*/, ''))
  const telling = path.endsWith('/mnemoscope-pipeline.yml') ? names : names.filter((name) => name !== 'up')
  return telling.some((name) => new RegExp(`\\b${name}\\b`).test(text))
}

/** Rule files with only the groups that an expectation reads, or that such a group reads; all where an alert has no name. */
function neededGroups(
  files: readonly (readonly [path: string, text: string])[],
  expectations: readonly Expectation[],
): Map<string, string> {
  const alerts = expectations.flatMap(({ alerts = {} }) => Object.keys(alerts))
  const values = expectations.flatMap(({ values = {} }) => Object.keys(values))
  if (values.some((expr) => /\bALERTS\b(?!\{[^}]*alertname=")/.test(expr))) return new Map(files)
  const parsed = files.map(([path, text]) => [path, (parse(text) as RuleFile).groups] as const)
  const all = parsed.flatMap(([, groups]) => groups)
  const wanted = new Set([...alerts, ...values.flatMap(identifiers)])
  const needed = new Set<RuleGroup>()
  const isWanted = ({ rules }: RuleGroup) =>
    rules.some((rule) => wanted.has('record' in rule ? rule.record : rule.alert))
  for (let found = all.filter(isWanted); found.length > 0; ) {
    for (const group of found) {
      needed.add(group)
      for (const { expr } of group.rules) for (const name of identifiers(expr)) wanted.add(name)
    }
    found = all.filter((group) => !needed.has(group) && isWanted(group))
  }
  return new Map(
    parsed.map(([path, groups]) => [
      path,
      stringify({ groups: groups.filter((group) => needed.has(group)) }),
    ]),
  )
}

/** Names of metrics and alerts in an expression, with all other words of it. */
function identifiers(expr: string): string[] {
  return expr.match(/[a-zA-Z_:][\w:]*/g) ?? []
}

function groupNames(text: string): string[] {
  return (parse(text) as RuleFile).groups.map(({ name }) => name)
}
