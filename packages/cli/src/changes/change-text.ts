import type { AppliedChange, ConfigProblem, RestartNeeded } from '@mnemoscope/recorder'
import pc from 'picocolors'
import { printable, printableLine } from '../terminal.js'

/** What is shown of a change. */
export type ChangeSummary = Pick<AppliedChange, 'differences'> & {
  readonly restarts: readonly RestartNeeded[]
} & Partial<Pick<AppliedChange, 'at' | 'by' | 'sha256'>>

/** More settings than this are counted: a KPI alone has forty. */
const mostLines = 5

/** A change for people, a line for each setting; with `json`, one line for programs. */
export function changeLines(change: ChangeSummary, json: boolean): string {
  const { at, by, sha256, differences, restarts } = change
  if (json) return JSON.stringify({ applied: true, at: unixSeconds(at), by, sha256, differences, restarts })
  if (differences.length === 0) return 'The configuration is applied.'
  return [
    `${pc.green('Applied')}${at === undefined ? '' : ` ${at.toISOString()}`}${by === undefined ? '' : `, by ${printableLine(by)}`}`,
    ...differences
      .slice(0, differences.length > mostLines ? mostLines - 1 : mostLines)
      .map(
        ({ path, before, after }) => `  ${path}: ${shown(before)} ${pc.dim('→')} ${pc.bold(shown(after))}`,
      ),
    ...(differences.length > mostLines
      ? [pc.dim(`  and ${differences.length - mostLines + 1} more settings; --json lists them all`)]
      : []),
    ...restarts.map((each) => pc.yellow(`  restart ${whatIn(each)} for ${each.paths.join(', ')}`)),
  ].join('\n')
}

function whatIn({ part, services }: RestartNeeded): string {
  if (services != null) return services.map(printableLine).join(', ')
  return part === 'services_without_recorder' ? 'services without the option recorder' : part
}

/** Why the configuration file is not applied. */
export function problemLines({ at, code, message, next }: ConfigProblem, json: boolean): string {
  if (json) return JSON.stringify({ applied: false, at: unixSeconds(at), code, message, next })
  const body = printable(message)
    .split('\n')
    .map((line) => `  ${line}`)
  return [pc.red(`Not applied: ${code}`), ...body, `  ${pc.bold('Next:')} ${next}`].join('\n')
}

function unixSeconds(at: Date | undefined): number | undefined {
  return at === undefined ? undefined : at.getTime() / 1_000
}

function shown(value: unknown): string {
  return value === undefined
    ? 'not set'
    : printable(typeof value === 'string' ? value : JSON.stringify(value))
}
