import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { unpack } from '../../src/http/body.js'
import { byteBudget } from '../../src/http/budget.js'

const mebibyte = 1_024 * 1_024

test('a body is unpacked as it was, and all of it is counted', async () => {
  const body = Buffer.from('{"resourceLogs": []}'.repeat(20_000))
  let counted = 0
  const unpacked = await unpack(gzipSync(body), (bytes) => {
    counted += bytes
  })
  expect(unpacked.equals(body)).toBe(true)
  expect(counted).toBe(body.length)
})

test('many bodies at once that unpack to much hold no more than their budget', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * mebibyte, ' '))
  const budget = byteBudget(4 * mebibyte)
  let held = 0
  const all = Array.from({ length: 20 }, () =>
    unpack(bomb, (bytes) => {
      budget.take(bytes)
      held += bytes
    }),
  )
  for (const { status, ...rest } of await Promise.allSettled(all)) {
    expect({ status, ...rest }).toMatchObject({ status: 'rejected', reason: { code: 'RECORDER_BUSY' } })
  }
  expect(held).toBeLessThanOrEqual(4 * mebibyte)
})
