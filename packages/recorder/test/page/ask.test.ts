import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, jest, test } from '@jest/globals'
import { ask } from '../../page/api.js'

const silent = createServer(() => {})
afterEach(() => {
  jest.restoreAllMocks()
  silent.closeAllConnections()
  silent.close()
})

test('a question that nobody answers ends, so that the page asks again', async () => {
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const soon = AbortSignal.timeout(1)
  jest.spyOn(AbortSignal, 'timeout').mockReturnValue(soon)
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
  const { fetch } = globalThis
  jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation((path, options) => fetch(new URL(String(path), url), options))
  await expect(ask('GET /api/dashboard')).rejects.toThrow('timeout')
})
