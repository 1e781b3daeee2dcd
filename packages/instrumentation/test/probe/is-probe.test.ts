import { expect, jest, test } from '@jest/globals'

test('a probe of one copy of the package is known to the other: an application can have it as ES module and as CommonJS', async () => {
  const { probing } = await import('../../src/probe/is-probe.js')
  jest.resetModules()
  const copy = await import('../../src/index.js')
  expect((await import('../../src/probe/is-probe.js')).probing).toBe(probing)
  expect(probing.run(true, copy.isProbe)).toBe(true)
  expect(copy.isProbe()).toBe(false)
})
