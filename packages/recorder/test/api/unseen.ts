/** The part of JSON Schema that answers are described with. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly type?: string
}

/**
 * Parts of a schema that none of the samples has a value for: a list that is always empty, a property that is always null.
 * What they describe was not tested.
 */
export function unseen(schema: Schema, samples: readonly unknown[], path = ''): string[] {
  const values = samples.filter((value) => value !== undefined && value !== null)
  if (schema.type === 'null') return []
  if (values.length === 0) return [path]
  if (schema.anyOf !== undefined) {
    // Which of several shapes a value has is left to the validator; all but one are scalars or null.
    const shaped = schema.anyOf.filter((each) => each.properties !== undefined || each.items !== undefined)
    return shaped.flatMap((each) =>
      unseen(
        each,
        values.filter((value) => typeof value === 'object'),
        path,
      ),
    )
  }
  if (schema.items !== undefined) {
    return unseen(schema.items, values.flat(), `${path}[]`)
  }
  const { properties = {}, additionalProperties: others } = schema
  const records = values as Readonly<Record<string, unknown>>[]
  return [
    ...Object.entries(properties).flatMap(([name, each]) =>
      unseen(
        each,
        records.map((record) => record[name]),
        `${path}.${name}`,
      ),
    ),
    ...(typeof others === 'object' && Object.keys(others).length > 0
      ? unseen(
          others,
          records.flatMap((record) =>
            Object.entries(record).flatMap(([name, value]) => (name in properties ? [] : [value])),
          ),
          `${path}.*`,
        )
      : []),
  ]
}
