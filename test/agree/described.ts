/** What the API's document says of a number: the nearest description on the way to it. */
export type Described = (part: string, name: string) => string | undefined

export async function descriptionsOf(url: string): Promise<Described> {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Schema
  const places: Readonly<Record<string, readonly [path: string, keys: readonly string[]]>> = {
    summary: ['/api/dashboard', ['summary']],
    model_performance: ['/api/dashboard', ['model_performance']],
    operation_performance: ['/api/dashboard', ['operation_performance', '*', 'figures']],
    recent_snapshots: ['/api/dashboard', ['recent_snapshots', '*']],
    current: ['/api/dashboard', ['current', '*', 'kpis', '*']],
    trend_details: ['/api/dashboard', ['trend_details', '*']],
    alert_summary: ['/api/dashboard', ['alert_summary']],
    models: ['/api/analysis/models', ['models', '*']],
    weeks: ['/api/analysis/weeks', ['weeks', '*']],
    snapshots: ['/api/snapshots', ['snapshots', '*']],
    charts: ['/api/charts', ['kpis', '*', 'series', '*']],
    episodes: ['/api/episodes', ['episodes', '*']],
    deployments: ['/api/deployments', ['deployments', '*']],
  }
  return (part, name) => {
    const [path, keys] = places[part] ?? []
    if (path === undefined || keys === undefined) throw new Error(`no part ${part}`)
    const answer = at(document, [
      'paths',
      path,
      'get',
      'responses',
      '200',
      'content',
      'application/json',
      'schema',
    ])
    let schema = resolved(document, answer)
    let nearest: string | undefined
    for (const key of [...keys, name]) {
      const next = childOf(document, schema, key)
      if (next === undefined) break
      schema = next
      if (typeof schema.description === 'string') nearest = schema.description
      else if (key === name) nearest = undefined
    }
    return nearest
  }
}

type Schema = { readonly [key: string]: unknown }

function at(schema: Schema, keys: readonly string[]): Schema {
  return keys.reduce<Schema>((found, key) => (found[key] ?? {}) as Schema, schema)
}

function resolved(document: Schema, schema: Schema): Schema {
  const reference = schema.$ref
  if (typeof reference === 'string') return resolved(document, at(document, reference.slice(2).split('/')))
  const [first] = (schema.anyOf ?? []) as Schema[]
  return first === undefined
    ? schema
    : {
        ...resolved(document, first),
        ...('description' in schema ? { description: schema.description } : {}),
      }
}

/** A property of an object, or what a list or a record is of. */
function childOf(document: Schema, schema: Schema, key: string): Schema | undefined {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const child = key === '*' ? (schema.items ?? schema.additionalProperties) : properties[key]
  return child === undefined || typeof child !== 'object' ? undefined : resolved(document, child as Schema)
}
