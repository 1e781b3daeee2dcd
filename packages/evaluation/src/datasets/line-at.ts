/**
 * Lines between the beginning of a JSON text and the value at a path. Where the path ends early, because a field is
 * missing, those up to the value that should have it. It looks only at what is on the way, and the text has to be valid.
 */
export function lineAt(json: string, path: readonly PropertyKey[]): number {
  let at = afterSpace(json, 0)
  for (const key of path) {
    const member = memberAt(json, at, key)
    if (member === undefined) break
    at = member
  }
  return json.slice(0, at).match(/\n/g)?.length ?? 0
}

/** Where a member's value begins, in the object or array that begins at this place. */
function memberAt(json: string, start: number, wanted: PropertyKey): number | undefined {
  const isObject = json[start] === '{'
  if (!isObject && json[start] !== '[') return undefined
  let at = afterSpace(json, start + 1)
  for (let index = 0; json[at] !== '}' && json[at] !== ']'; index++) {
    let key: PropertyKey = index
    if (isObject) {
      const end = afterString(json, at)
      key = JSON.parse(json.slice(at, end)) as string
      at = afterSpace(json, afterSpace(json, end) + 1)
    }
    if (key === wanted) return at
    at = afterSpace(json, afterValue(json, at))
    if (json[at] === ',') at = afterSpace(json, at + 1)
  }
  return undefined
}

function afterSpace(json: string, start: number): number {
  let at = start
  while (/\s/.test(json[at] ?? '')) at++
  return at
}

function afterString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function afterValue(json: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const character = json[at] as string
    if (character === '"') at = afterString(json, at)
    else if (depth === 0 && /[,\]}\s]/.test(character)) break
    else {
      if (character === '{' || character === '[') depth++
      if (character === '}' || character === ']') depth--
      at++
      if (depth === 0 && /[\]}]/.test(character)) break
    }
  } while (at < json.length && (depth > 0 || json[at - 1] !== '"'))
  return at
}
