import type { z } from 'zod'
import { MnemoscopeError } from '../errors.js'
import { secretKindAt } from './secrets.js'

/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  /** Where: `kpis.f1_score.thresholds.warning`; empty for the configuration itself. */
  readonly path: string
  /** As it may be shown; a `NotShown` in the place of a secret, and of what may be one in a wrong place. */
  readonly value: unknown
  readonly expected: string
}

/** The configuration is invalid: every issue at once, so that one edit can correct them all. */
export class ConfigError extends MnemoscopeError {
  readonly issues: readonly ConfigIssue[]

  constructor(given: readonly ConfigIssue[]) {
    const issues = given.map((issue) => ({ ...issue, value: showable(issue.value) }))
    const [first] = issues as [ConfigIssue]
    super('CONFIG_INVALID', issues.map(formatIssue).join('\n'), {
      value: first.value,
      expected: first.expected,
      next: 'Correct the configuration. Nothing was changed.',
    })
    this.issues = issues
  }
}

/** Issues of a schema's refusal, each with the value found at its path. */
export function issuesOf(
  error: z.ZodError,
  schema: z.ZodType,
  input: unknown,
  base: readonly PropertyKey[] = [],
): ConfigIssue[] {
  return error.issues.flatMap((issue): ConfigIssue[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path)
      return issue.keys.map((key) =>
        unknownKey([...base, ...issue.path, key], hiddenValue(valueAt(input, [...issue.path, key])), known),
      )
    }
    if (issue.code === 'invalid_key') {
      const expected = issue.issues[0]?.message ?? 'another name'
      return [{ path: formatPath([...base, ...issue.path.slice(0, -1)]), value: issue.path.at(-1), expected }]
    }
    return [
      {
        path: formatPath([...base, ...issue.path]),
        value:
          // Of an address is shown what is short and has no user.
          [undefined, 'address'].includes(secretKindAt(schema, issue.path))
            ? valueAt(input, issue.path)
            : hiddenValue(valueAt(input, issue.path)),
        expected: issue.message.replace(/^(?:Invalid input|Too small|Too big|Invalid option): /, ''),
      },
    ]
  })
}

/** The issue of a key that nothing reads, naming the key that was probably meant. */
export function unknownKey(
  path: readonly PropertyKey[],
  value: unknown,
  known: readonly string[],
): ConfigIssue {
  const meant = nearest(String(path.at(-1)), known)
  const expected =
    meant === undefined
      ? `no such key; known here: ${known.join(', ')}`
      : `no such key; did you mean "${meant}"?`
  return { path: formatPath(path), value, expected }
}

function formatIssue({ path, value, expected }: ConfigIssue): string {
  const at = path === '' ? 'configuration' : path
  return value === undefined ? `${at}: missing: ${expected}` : `${at}: ${shown(value)}: ${expected}`
}

/** Stands where a value is that may not be shown, and says what kind of value it is. */
export class NotShown {
  constructor(readonly kind: string) {}

  toJSON(): string {
    return this.kind
  }
}

/** Longer than a duration, a number or the name of a level, shorter than a key or an address. */
const mostShownCharacters = 24

/** What an issue may show of a value: no secret, wherever it was written. */
function showable(value: unknown): unknown {
  if (typeof value !== 'string') return holdsText(value) ? hiddenValue(value) : value
  return value.length > mostShownCharacters || value.includes('@') ? hiddenValue(value) : value
}

function holdsText(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof NotShown) return false
  return Object.values(value).some((inner) => typeof inner === 'string' || holdsText(inner))
}

/** The same for a value that may be a secret: no text at all. */
export function hiddenValue(value: unknown): unknown {
  if (typeof value === 'string') return new NotShown(`a text of ${value.length} characters`)
  if (!holdsText(value)) return value
  return new NotShown(Array.isArray(value) ? `a list of ${value.length}` : 'an object')
}

function shown(value: unknown): string {
  if (value instanceof NotShown) return value.kind
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'function')
    return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('')
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  )
}

/** Keys that the object schema at a path knows. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema
  for (const key of [undefined, ...path]) {
    if (key !== undefined) at = child(at, key)
    at = unwrap(at)
  }
  const shape = (at as { shape?: Record<string, unknown> } | undefined)?.shape
  return shape === undefined ? [] : Object.keys(shape)
}

function child(schema: unknown, key: PropertyKey): unknown {
  const { shape, element, valueType } = (schema ?? {}) as {
    shape?: Record<PropertyKey, unknown>
    element?: unknown
    valueType?: unknown
  }
  return shape?.[key] ?? element ?? valueType
}

/** The schema inside optional(), default() and prefault(). */
export function unwrap(schema: unknown): unknown {
  let at = schema as { def?: { innerType?: unknown } } | undefined
  while (at?.def?.innerType !== undefined) at = at.def.innerType as typeof at
  return at
}

/** The known word closest to a mistyped one, undefined where none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(plain(word), plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3))
    ? best.candidate
    : undefined
}

/** `f1-score`, `f1Score` and `f1_score` are one word to the person who types them. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '')
}

/** Levenshtein distance: insertions, deletions and substitutions between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution))
    }
    row = next
  }
  return row[b.length] as number
}
