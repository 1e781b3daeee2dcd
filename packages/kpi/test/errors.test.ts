import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { errorCodes, MnemoscopeError } from '@mnemoscope/kpi'

test('the page of errors lists every code with its exit code and meaning, and no other', () => {
  const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d) \| ([^|]+) \| ([^|]+) \|$/gm)]
  expect(rows.map(([, code, exit, meaning]) => [code, Number(exit), meaning])).toEqual(
    Object.entries(errorCodes).map(([code, { exitCode, meaning }]) => [code, exitCode, meaning]),
  )
})

test('an error carries its code, the value, what was expected and the next step', () => {
  const error = new MnemoscopeError('PORT_IN_USE', 'port 9464 is in use', {
    value: 9464,
    expected: 'a free port',
    next: 'stop what listens there',
  })
  expect(error).toMatchObject({
    name: 'MnemoscopeError',
    code: 'PORT_IN_USE',
    value: 9464,
    expected: 'a free port',
    next: 'stop what listens there',
  })
})
