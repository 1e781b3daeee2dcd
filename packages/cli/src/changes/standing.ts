import { MnemoscopeError } from '@mnemoscope/kpi'

/** What is known of a configuration file that somebody else applies; configurations by their hashes. */
export interface Observed {
  readonly configPath: string
  readonly written: string
  /** What this recorder works by. */
  readonly inForce: string
  /** Whose rules Prometheus evaluates; why nobody knows, where it does not tell. */
  readonly evaluated: readonly string[] | MnemoscopeError
  /** How long Prometheus has been known not to evaluate what is written, and how long that is no fault. */
  readonly forMs: number
  readonly graceMs: number
}

/**
 * Where a valid file stands: `in_force` once Prometheus evaluates its rules, `awaited` while that may still come, and
 * after that the problem: that Prometheus does not tell, or CONFIG_NOT_APPLIED.
 */
export function standingOf(observed: Observed): 'in_force' | 'awaited' | MnemoscopeError {
  const { written, inForce, evaluated, forMs, graceMs } = observed
  if (!(evaluated instanceof MnemoscopeError) && evaluated.includes(written)) return 'in_force'
  if (forMs < graceMs) return 'awaited'
  if (!(evaluated instanceof MnemoscopeError)) return notApplied(observed, evaluated)
  // Without an edit, an outage of Prometheus is no matter of the configuration; others tell of it.
  return written === inForce ? 'awaited' : evaluated
}

function notApplied(
  { configPath, written, inForce }: Observed,
  evaluated: readonly string[],
): MnemoscopeError {
  const others = evaluated.map(short).toSorted()
  const rules =
    others.length === 0
      ? 'no rules of Mnemoscope'
      : `the rules of configuration ${others.join(', ')}, not of ${short(written)}`
  const here = written === inForce ? 'works by the file all the same' : 'goes on by what was in force before'
  return new MnemoscopeError(
    'CONFIG_NOT_APPLIED',
    `${configPath} is valid, but nobody has applied it: Prometheus evaluates ${rules}; this recorder ${here}`,
    {
      value: written,
      expected: 'rules of the file in Prometheus',
      next:
        'Let whoever applies it read the same file, or generate and reload Prometheus. ' +
        'A patch laid over the file makes another configuration of it.',
    },
  )
}

function short(sha256: string): string {
  return sha256.slice(0, 12)
}
