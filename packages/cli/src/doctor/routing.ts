/** The parts of Alertmanager's configuration that decide who gets an alert, as its file has them. */
export interface AlertmanagerConfig {
  readonly route: Route
  readonly receivers: readonly Receiver[]
  readonly inhibit_rules?: readonly InhibitRule[] | null
}

interface Matching {
  readonly matchers?: readonly string[] | string | null
  readonly match?: Readonly<Record<string, string>> | null
  readonly match_re?: Readonly<Record<string, string>> | null
}

export interface Route extends Matching {
  readonly receiver?: string
  readonly continue?: boolean
  readonly routes?: readonly Route[] | null
}

export interface Receiver {
  readonly name: string
  readonly webhook_configs?: readonly { readonly url?: string; readonly send_resolved?: boolean }[] | null
}

export interface InhibitRule {
  readonly source_matchers?: readonly string[] | null
  readonly source_match?: Readonly<Record<string, string>> | null
  readonly source_match_re?: Readonly<Record<string, string>> | null
  readonly target_matchers?: readonly string[] | null
  readonly target_match?: Readonly<Record<string, string>> | null
  readonly target_match_re?: Readonly<Record<string, string>> | null
  readonly equal?: readonly string[] | null
}

type Labels = Readonly<Record<string, string>>

/** Names of the receivers that get an alert with these labels, in the order of their routes. */
export function receiversOf(root: Route, labels: Labels): string[] {
  return routed(root, labels, root.receiver ?? '')
}

function routed(route: Route, labels: Labels, inherited: string): string[] {
  const receiver = route.receiver ?? inherited
  const found: string[] = []
  for (const child of route.routes ?? []) {
    if (!matches(child, labels)) continue
    found.push(...routed(child, labels, receiver))
    if (child.continue !== true) break
  }
  return found.length === 0 ? [receiver] : found
}

/** Whether an alert with these labels is a source of an inhibit rule. */
export function isSource(rule: InhibitRule, labels: Labels): boolean {
  const { source_matchers: matchers, source_match: match, source_match_re: match_re } = rule
  return matches(defined({ matchers, match, match_re }), labels)
}

/** Whether it is a target of one. */
export function isTarget(rule: InhibitRule, labels: Labels): boolean {
  const { target_matchers: matchers, target_match: match, target_match_re: match_re } = rule
  return matches(defined({ matchers, match, match_re }), labels)
}

function defined(given: { readonly [Key in keyof Matching]: Matching[Key] | undefined }): Matching {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Matching
}

function matches({ matchers, match, match_re }: Matching, labels: Labels): boolean {
  const of = (name: string) => labels[name] ?? ''
  const written = typeof matchers === 'string' ? [matchers] : (matchers ?? [])
  return (
    written.flatMap(matchersIn).every((matcher) => matcher(labels)) &&
    Object.entries(match ?? {}).every(([name, value]) => of(name) === value) &&
    Object.entries(match_re ?? {}).every(([name, value]) => completely(value).test(of(name)))
  )
}

const matcherPattern =
  /\s*("(?:[^"\\]|\\.)*"|[^\s"'!=~{},]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s,{}][^,{}]*)?\s*/y

/** The conditions of a text such as `severity="critical"` or `{a="b", c=~"d|e"}`. */
function matchersIn(text: string): ((labels: Labels) => boolean)[] {
  const inner = text.trim().replace(/^\{([\s\S]*)\}$/, '$1')
  const found: ((labels: Labels) => boolean)[] = []
  let at = 0
  while (at < inner.length) {
    matcherPattern.lastIndex = at
    const [whole, name = '', operator = '', value = ''] = matcherPattern.exec(inner) ?? []
    if (whole === undefined) break
    found.push(condition(unquoted(name), operator, unquoted(value.trim())))
    at += whole.length
    if (inner[at] === ',') at++
  }
  return found
}

function condition(name: string, operator: string, value: string): (labels: Labels) => boolean {
  const isMatch = operator.endsWith('~')
    ? (text: string) => completely(value).test(text)
    : (text: string) => text === value
  return (labels) => isMatch(labels[name] ?? '') !== operator.startsWith('!')
}

/**
 * A regular expression of Alertmanager matches a text from its beginning to its end. Its flags stand in front, `(?i)`, which
 * JavaScript does not read there.
 * https://github.com/google/re2/wiki/Syntax
 */
function completely(pattern: string): RegExp {
  const [flagged = '', flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? []
  try {
    return new RegExp(`^(?:${pattern.slice(flagged.length)})$`, [...new Set(`s${flags}`)].join(''))
  } catch {
    // RE2 knows forms that JavaScript does not: what they match is not known here.
    return /(?!)/
  }
}

function unquoted(text: string): string {
  return /^".*"$/s.test(text)
    ? text.slice(1, -1).replaceAll(/\\(.)/g, (_, it: string) => (it === 'n' ? '\n' : it))
    : text
}
