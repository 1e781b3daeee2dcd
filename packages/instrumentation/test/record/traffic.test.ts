import { expect, jest, test } from '@jest/globals'

test('a probe of one copy of the package is known to the other: an application can have it as ES module and as CommonJS', async () => {
  const { traffic } = await import('../../src/record/traffic.js')
  jest.resetModules()
  const copy = await import('../../src/index.js')
  expect((await import('../../src/record/traffic.js')).traffic).toBe(traffic)
  expect(traffic.run('probe', copy.isProbe)).toBe(true)
  expect(traffic.run('benchmark', copy.isProbe)).toBe(false)
  expect(copy.isProbe()).toBe(false)
})
