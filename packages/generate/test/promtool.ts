import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { jest } from '@jest/globals'
import { type Config, configHash } from '@mnemoscope/kpi'
import { findTool, type ToolName } from '@mnemoscope/servers'
import type { Rule, RuleGroup } from '../src/rule.js'
import { ruleFiles } from '../src/rule-files.js'

const toolsDir = join(dirname(fileURLToPath(import.meta.url)), '../../../.mnemoscope/tools')
const run = promisify(execFile)

// promtool evaluates every rule at every interval of a test: some seconds on a busy machine.
jest.setTimeout(60_000)

/** What a tool said and how it ended. */
export interface ToolResult {
  readonly ok: boolean
  readonly output: string
}

const found = new Map<ToolName, Promise<{ readonly command: string }>>()

/** Path of a tool, found as the commands find it. */
export async function toolCommand(name: ToolName): Promise<string> {
  const finding = found.get(name) ?? findTool(name, { toolsDir })
  found.set(name, finding)
  return (await finding).command
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
   * Default: the rules that the expectations depend on, in files that read a series of the test. promtool evaluates every
   * rule at every interval, which takes most of the time.
   */
  readonly rules?: 'all'
}

/** Groups of rules, by the file that they are in. */
export type Rules = ReadonlyMap<string, readonly RuleGroup[]>

/** The rules of a configuration, without writing its files. */
export function rulesOf(config: Config): Rules {
  return new Map(ruleFiles(config, configHash(config)).map(([name, { groups }]) => [name, groups]))
}

/** The same, without the files. */
export function groupsOf(config: Config): RuleGroup[] {
  return [...rulesOf(config).values()].flat()
}

/** The same rules, each as `edit` gives it. */
export function editRules(rules: Rules, edit: (rule: Rule) => Rule): Rules {
  const edited = (group: RuleGroup) => ({ ...group, rules: group.rules.map(edit) })
  return new Map([...rules].map(([file, groups]) => [file, groups.map(edited)]))
}

/**
 * Runs generated rules over series in `promtool test rules`; alerts are compared by model and context size.
 * @returns what promtool found wrong; empty where everything is as expected
 */
export async function ruleTest(
  rules: Rules,
  series: Readonly<Record<string, string>>,
  expectations: readonly Expectation[],
  { scrape, evaluation, rules: which }: RuleTestOptions = {},
): Promise<string> {
  const read = [...rules].filter(
    ([file, groups]) => which === 'all' || readsOneOf(Object.keys(series), file, groups),
  )
  if (read.length === 0) throw new Error(`no rule reads ${Object.keys(series).join(', ')}`)
  const all = read.flatMap(([, groups]) => groups)
  const groups = which === 'all' ? all : neededRules(all, expectations)
  if (groups.length === 0) throw new Error('no rule is read by the expectations')
  const test = {
    rule_files: ['rules.json'],
    // As in the files; promtool's own order differs from run to run.
    group_eval_order: groups.map(({ name }) => name),
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
  // JSON is YAML too, and written in no time.
  const files = { 'rules.json': { groups }, 'test.json': test }
  const texts = new Map(Object.entries(files).map(([file, content]) => [file, JSON.stringify(content)]))
  const { ok, output } = await runTool('promtool', ['test', 'rules', 'test.json'], texts)
  return ok ? '' : output
}

/** Every file of a KPI reads `up` beside its KPI's series, and evaluates to nothing without them. */
function readsOneOf(series: readonly string[], file: string, groups: readonly RuleGroup[]): boolean {
  const names = series.map((name) => name.replace(/\{.*/, ''))
  const telling = new Set(file === 'mnemoscope-pipeline' ? names : names.filter((name) => name !== 'up'))
  return groups.some(({ rules }) =>
    rules.some((rule) => [nameOf(rule), ...identifiers(rule.expr)].some((name) => telling.has(name))),
  )
}

/** The rules that an expectation reads, or that such a rule reads; every alert where one is read without its name. */
export function neededRules(all: readonly RuleGroup[], expectations: readonly Expectation[]): RuleGroup[] {
  const rules = all.flatMap((group) => group.rules)
  const values = expectations.flatMap(({ values = {} }) => Object.keys(values))
  const readsAnyAlert = values.some((expr) => /\bALERTS\b(?!\{[^}]*alertname=")/.test(expr))
  const wanted = new Set([
    ...expectations.flatMap(({ alerts = {} }) => Object.keys(alerts)),
    ...values.flatMap(identifiers),
    ...(readsAnyAlert ? rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])) : []),
  ])
  const needed = new Set<Rule>()
  const isNeeded = (rule: Rule) => !needed.has(rule) && wanted.has(nameOf(rule))
  for (let found = rules.filter(isNeeded); found.length > 0; found = rules.filter(isNeeded)) {
    for (const rule of found) {
      needed.add(rule)
      for (const name of identifiers(rule.expr)) wanted.add(name)
    }
  }
  return all
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => needed.has(rule)) }))
    .filter((group) => group.rules.length > 0)
}

function nameOf(rule: Rule): string {
  return 'record' in rule ? rule.record : rule.alert
}

/** Names of metrics and alerts in an expression, with all other words of it. */
function identifiers(expr: string): string[] {
  return expr.match(/[a-zA-Z_:][\w:]*/g) ?? []
}
