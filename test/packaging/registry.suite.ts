import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { repository } from '../harness/repository.js'

// The registry of metrics against the JSON schema that OpenTelemetry weaver publishes. MNEMOSCOPE_WEAVER_SCHEMAS is the folder
// of its schemas, where they cannot be fetched.

const published = 'https://raw.githubusercontent.com/open-telemetry/weaver/v0.25.1/schemas'

async function schema(name: string): Promise<object | undefined> {
  const folder = process.env.MNEMOSCOPE_WEAVER_SCHEMAS
  if (folder !== undefined) return JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const answer = await fetch(`${published}/${name}`, { signal: AbortSignal.timeout(15_000) }).catch(
    () => undefined,
  )
  return answer?.ok ? ((await answer.json()) as object) : undefined
}

const definitions = await schema('semconv.schema.json')
const testWithSchema = definitions === undefined ? test.skip : test
const registry = (file: string) => parse(readFileSync(join(repository, 'registry', file), 'utf8'))
// Other keywords than those of JSON schema are for editors.
const ajv = new Ajv2020({ strict: false, allErrors: true })

testWithSchema('the definitions are valid, and each metric as a metric', () => {
  const validate = ajv.compile(definitions as object)
  const { groups } = registry('mnemoscope.yaml') as { groups: { type: string }[] }
  expect([validate({ groups }), validate.errors]).toEqual([true, null])
  // The schema as a whole lets a metric pass that lacks its unit.
  const metric = ajv.compile({
    $ref: 'https://opentelemetry.io/schemas/v1/semconv.schema.json#/$defs/MetricSemanticConvention',
  })
  const metrics = groups.filter(({ type }) => type === 'metric')
  expect(metrics.length).toBeGreaterThan(15)
  for (const each of metrics) expect([metric(each), metric.errors]).toEqual([true, null])
  const { unit: _, ...without } = metrics[0] as { type: string; unit?: string }
  expect(metric(without)).toBe(false)
})
