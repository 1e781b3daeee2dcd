import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { repository } from './repository.js'

/** A measured value. Programs that measure print each as one line of JSON with `--json`. */
export interface Figure {
  readonly name: string
  /** `null` where it could not be measured. */
  readonly value: number | null
  readonly unit: string
  /** The worst of the rounds whose median the value is. */
  readonly worst?: number
  /** Left out for a figure that has none. */
  readonly goal?: number | undefined
  readonly ok: boolean
}

/** Prints a figure on standard output: a line of JSON, or a line for people. */
export function printFigure(figure: Figure, isJson: boolean): void {
  const { name, value, worst, unit, goal, ok } = figure
  const beside = worst === undefined ? '' : `, the worst round ${worst}`
  const wanted = goal === undefined ? '' : ` (goal ${goal})`
  console.log(
    isJson ? JSON.stringify(figure) : `${ok ? 'ok  ' : 'FAIL'} ${name}: ${value} ${unit}${beside}${wanted}`,
  )
}

/** Keeps a figure for the program that runs this suite and prints it (`runMeasuringSuites`). */
export function keepFigure(figure: Figure): void {
  const file = process.env.MNEMOSCOPE_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}

/** The arguments of Node that run a program in TypeScript, given by its path in the repository. */
export function typescript(program: string, ...args: readonly string[]): string[] {
  return ['--import', 'tsx', program, ...args]
}

/**
 * Runs a program of the repository with `--json` to its end.
 * @param program its path in the repository
 * @param signal ends it, e.g. where a test's time is up
 * @returns its exit code, its figures, and what it said on standard error
 */
export async function figuresOf(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ code: number | null; figures: Figure[]; said: string }> {
  const child = spawn(process.execPath, typescript(program, ...args, '--json'), {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
    ...(signal === undefined ? {} : { signal }),
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [code, output, said] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  const lines = output.split('\n').filter((line) => line !== '')
  return { code, figures: lines.map((line) => JSON.parse(line) as Figure), said }
}
