import { expect, jest, test } from '@jest/globals'

test('two copies of the package, ES module and CommonJS, know of the same probe', async () => {
  const { traffic } = await import('../../src/record/traffic.js')
  jest.resetModules()
  const copy = await import('../../src/index.js')
  expect((await import('../../src/record/traffic.js')).traffic).toBe(traffic)
  expect(traffic.run('probe', copy.isProbe)).toBe(true)
  expect(traffic.run('benchmark', copy.isProbe)).toBe(false)
  expect(copy.isProbe()).toBe(false)
})
