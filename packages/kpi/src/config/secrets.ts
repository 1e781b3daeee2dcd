import type { z } from 'zod'

/**
 * What a setting holds that others may not read.
 * - `secret`: a secret, or an address that is one, such as a webhook's.
 * - `hidden`: never shown, but no secret: the path of a secret's file, and what the schema does not describe.
 * - `address`: an address that may hold a user and a password; the rest of it is shown.
 */
export type SecretKind = 'secret' | 'hidden' | 'address'

const kinds = new WeakMap<object, SecretKind>()

/** Marks a setting whose values others may not read. Everything that shows, stores or hashes settings asks for the mark. */
export function secret<Schema extends z.ZodType>(kind: SecretKind, schema: Schema): Schema {
  // A copy, as the same schema may also describe settings that are not marked.
  const copy = schema.clone()
  kinds.set(copy, kind)
  return copy
}

/** The schemas of a value, several if it is one of a union. None: the schema does not describe the value. */
type Schemas = readonly unknown[]

/** A value without anything that others may not read, of the same shape: its keys stay. */
export function masked(value: unknown, schema: unknown): unknown {
  return mapped(value, [schema], undefined, (leaf, kind) => (kind === undefined ? leaf : mask(leaf, kind)))
}

/** Every secret text in a value: secrets, and users and passwords of addresses. */
export function secretTexts(value: unknown, schema: unknown): string[] {
  const found: string[] = []
  mapped(value, [schema], undefined, (leaf, kind) => {
    if (typeof leaf !== 'string' || leaf === '') return leaf
    if (kind === 'secret') found.push(leaf)
    if (kind === 'address') found.push(...secretParts(leaf))
    return leaf
  })
  return [...new Set(found)]
}

/** The kind of the setting at a path; `hidden` where the schema does not describe it. */
export function secretKindAt(schema: unknown, path: readonly PropertyKey[]): SecretKind | undefined {
  let at: Schemas = [schema]
  let kind = kindOf(at)
  for (const key of path) {
    at = childrenOf(at, key)
    kind ??= kindOf(at)
  }
  return kind
}

/** All paths of a schema with a mark, such as `handlers.*.webhook`, each with its kind. */
export function secretPaths(schema: unknown, path = ''): [path: string, kind: SecretKind][] {
  const kind = kindOf([schema])
  if (kind !== undefined) return [[path, kind]]
  return optionsOf(schema).flatMap((option) => {
    const { shape, element, valueType } = partsOf(option)
    const below = (key: string) => (path === '' ? key : `${path}.${key}`)
    return [
      ...Object.entries(shape ?? {}).flatMap(([key, inner]) => secretPaths(inner, below(key))),
      ...(element === undefined ? [] : secretPaths(element, `${path}[]`)),
      ...(valueType === undefined ? [] : secretPaths(valueType, below('*'))),
    ]
  })
}

/** A text with each of these secrets replaced, and with everything that a server quotes of a value. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text
  // A message about YAML quotes the beginning of a value in backticks.
  return secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, each) => shown.replaceAll(each, hidden), text)
    .replaceAll(/`[^`\n]*`/g, `\`${hidden}\``)
}

/** Stands where a secret was. */
const hidden = '***'

type Map = (leaf: unknown, kind: SecretKind | undefined) => unknown

function mapped(value: unknown, schemas: Schemas, above: SecretKind | undefined, map: Map): unknown {
  const kind = above ?? kindOf(schemas)
  if (Array.isArray(value)) return value.map((each, i) => mapped(each, childrenOf(schemas, i), kind, map))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, mapped(inner, childrenOf(schemas, key), kind, map)]),
    )
  }
  return map(value, kind)
}

function mask(leaf: unknown, kind: SecretKind): unknown {
  // Of a function the meaning of a configuration has this text.
  if (leaf === undefined || leaf === 'function' || typeof leaf === 'function') return leaf
  return kind === 'address' && typeof leaf === 'string' ? shownAddress(leaf) : hidden
}

function kindOf(schemas: Schemas): SecretKind | undefined {
  for (const schema of schemas) {
    for (let at = schema; at !== undefined; at = innerOf(at)) {
      const kind = kinds.get(at as object)
      if (kind !== undefined) return kind
    }
  }
  const isDescribed = schemas.some((schema) => !['unknown', 'any'].includes(typeOf(schema)))
  return isDescribed ? undefined : 'hidden'
}

function childrenOf(schemas: Schemas, key: PropertyKey): Schemas {
  return schemas.flatMap(optionsOf).flatMap((option) => {
    const { shape, element, valueType } = partsOf(option)
    const own = shape !== undefined && Object.hasOwn(shape, key) ? shape[key as string] : undefined
    const child = own ?? element ?? valueType
    return child === undefined ? [] : [child]
  })
}

/** The schemas of a union, each without optional() and defaults; of another schema itself. */
function optionsOf(schema: unknown): unknown[] {
  let at = schema
  for (let inner = innerOf(at); inner !== undefined; inner = innerOf(at)) at = inner
  const { options } = partsOf(at)
  return options === undefined || typeOf(at) !== 'union' ? [at] : options.flatMap(optionsOf)
}

function innerOf(schema: unknown): unknown {
  return (schema as { def?: { innerType?: unknown } } | undefined)?.def?.innerType
}

function typeOf(schema: unknown): string {
  const inner = innerOf(schema)
  if (inner !== undefined) return typeOf(inner)
  return (schema as { def?: { type?: string } } | undefined)?.def?.type ?? 'unknown'
}

function partsOf(schema: unknown) {
  return schema as {
    shape?: Record<string, unknown>
    element?: unknown
    valueType?: unknown
    options?: unknown[]
  }
}

/** An address without its user and its password; one that cannot be read is masked completely. */
function shownAddress(address: string): string {
  const url = parsed(address)
  if (url === undefined) return address.includes('@') ? hidden : address
  if (url.username === '' && url.password === '') return address
  return `${url.protocol}//${hidden}@${url.host}${url.pathname}${url.search}`
}

function secretParts(address: string): string[] {
  const url = parsed(address)
  if (url === undefined) return address.includes('@') ? [address] : []
  return [url.username, url.password].filter((part) => part !== '' && part !== hidden)
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address)
  } catch {
    return undefined
  }
}
