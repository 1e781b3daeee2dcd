import { expect, test } from '@jest/globals'
import { contextTokens } from '@mnemoscope/kpi'
import { ownDatabase } from '../plumbing/database.js'

const database = ownDatabase()

test.each<[string, number | undefined]>([
  ['1', 1],
  ['8192', 8_192],
  ['999999999', 999_999_999],
  ['1048576', 1_048_576],
  ['2000000000', 2_000_000_000],
  ['2147483647', 2_147_483_647],
  ['2147483648', undefined],
  ['9999999999', undefined],
  ['99999999999', undefined],
  ['+Inf', undefined],
  ['Inf', undefined],
  ['0', undefined],
  ['-8192', undefined],
  ['+8192', undefined],
  ['08192', undefined],
  ['8192.0', undefined],
  ['8e3', undefined],
  ['0x10', undefined],
  ['8k', undefined],
  [' 8192', undefined],
  ['8192\n', undefined],
  ['٨', undefined],
  ['', undefined],
])('the context size %j is %p tokens, in TypeScript and in SQL', async (label, tokens) => {
  expect(contextTokens(label)).toBe(tokens)
  const { rows } = await database.pool.query('SELECT context_tokens($1) AS tokens', [label])
  expect(rows).toEqual([{ tokens: tokens ?? null }])
})

test('a series without a context size that is a number has no tokens', async () => {
  const { rows } = await database.pool.query(
    `INSERT INTO series (service, model, context_size)
     VALUES ('memory', 'a', '8192'), ('memory', 'a', '+Inf') RETURNING context_tokens AS tokens`,
  )
  expect(rows).toEqual([{ tokens: 8_192 }, { tokens: null }])
})
