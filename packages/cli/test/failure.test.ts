import { expect, test } from '@jest/globals'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { failureText } from '../src/failure.js'

const portInUse = new MnemoscopeError('PORT_IN_USE', 'port 9464 is in use', {
  value: 9464,
  expected: 'a free port',
  next: 'Stop what listens on 9464.',
})

test('a failure tells its code, what happened and the next step', () => {
  const { text, exitCode } = failureText(portInUse, { json: false })
  expect(text).toContain('PORT_IN_USE')
  expect(text).toContain('port 9464 is in use')
  expect(text).toContain('Stop what listens on 9464.')
  expect(exitCode).toBe(1)
})

test('bad input ends with 2, whichever copy of the library made the error', () => {
  const foreign = Object.assign(new Error('x: 1: expected string'), {
    code: 'CONFIG_INVALID',
    next: 'Fix it.',
  })
  expect(failureText(foreign, { json: false }).exitCode).toBe(2)
})

test('as JSON a failure is one object with all its fields', () => {
  expect(JSON.parse(failureText(portInUse, { json: true }).text)).toEqual({
    error: {
      code: 'PORT_IN_USE',
      message: 'port 9464 is in use',
      value: 9464,
      expected: 'a free port',
      next: 'Stop what listens on 9464.',
    },
  })
})

test('an error of our own making keeps its stack, so that it can be reported', () => {
  const { text, exitCode } = failureText(new TypeError('x is undefined'), { json: false })
  expect(text).toMatch(/TypeError: x is undefined\n\s+at /)
  expect(exitCode).toBe(1)
})
