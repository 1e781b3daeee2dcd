import type { ExpectedPrometheus } from './verify.js'

/** The generated files of a configuration, and what is known of them. */
export interface MadeFiles {
  readonly files: ReadonlyMap<string, string>
  /** Paths of those that their owner alone may read. */
  readonly secret: ReadonlySet<string>
  readonly expected: ExpectedPrometheus
}

/** Text of what was made, for another thread. */
export function writeMade({ files, secret, expected }: MadeFiles): string {
  const { groups, ...rest } = expected
  return JSON.stringify({ files: [...files], secret: [...secret], expected: rest, groups: [...groups] })
}

/** What `writeMade` wrote. */
export function readMade(text: string): MadeFiles {
  const { files, secret, expected, groups } = JSON.parse(text) as {
    files: [string, string][]
    secret: string[]
    expected: Omit<ExpectedPrometheus, 'groups'>
    groups: [string, string[]][]
  }
  return {
    files: new Map(files),
    secret: new Set(secret),
    expected: { ...expected, groups: new Map(groups) },
  }
}
