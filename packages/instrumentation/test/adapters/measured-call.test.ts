import { describe, expect, test } from '@jest/globals'
import { measuredCall } from '../../src/adapters/measured-call.js'

/** A recorder that keeps its operations. */
function notes() {
  const operations: [values: object, metadata: unknown][] = []
  return {
    operations,
    recorder: {
      operation: (values: object, metadata?: unknown) => void operations.push([values, metadata]),
      time: <Result>(run: () => Result) => run(),
    },
  }
}

const latency = expect.any(Number)

describe('a measured call', () => {
  const tokens = () => ({ values: { token_usage: 7 }, metadata: { results: 2 } })

  test('is recorded once, with a result or a promise', async () => {
    const { recorder, operations } = notes()
    expect(measuredCall(recorder, () => 'now', tokens)).toBe('now')
    await expect(measuredCall(recorder, async () => 'later', tokens)).resolves.toBe('later')
    expect(operations).toEqual(Array(2).fill([{ latency, token_usage: 7 }, { results: 2 }]))
  })

  test('that fails is recorded with its latency and keeps its error', async () => {
    const { recorder, operations } = notes()
    const error = new Error('away')
    const fail = () => {
      throw error
    }
    expect(() => measuredCall(recorder, fail, tokens)).toThrow(error)
    await expect(measuredCall(recorder, async () => fail(), tokens)).rejects.toBe(error)
    expect(operations).toEqual(Array(2).fill([{ latency }, { failed: true }]))
  })

  test('keeps its latency if reading its result throws', async () => {
    const { recorder, operations } = notes()
    const unreadable = () => {
      throw new TypeError('no tokenizer')
    }
    await expect(measuredCall(recorder, async () => 'found', unreadable)).resolves.toBe('found')
    expect(operations).toEqual([[{ latency }, undefined]])
  })

  test('that yields is recorded at its end with the facts from the last value', async () => {
    const { recorder, operations } = notes()
    async function* yields() {
      yield 'one'
      yield 'two'
    }
    const seen: unknown[] = []
    for await (const value of measuredCall(recorder, yields, (last) => ({ metadata: { last } }))) {
      expect(operations).toEqual([])
      seen.push(value)
    }
    expect(seen).toEqual(['one', 'two'])
    expect(operations).toEqual([[{ latency }, { last: 'two' }]])
  })

  test('that yields and whose reader stops early is closed and not recorded', async () => {
    const { recorder, operations } = notes()
    let closed = false
    async function* endless() {
      try {
        while (true) yield 'more'
      } finally {
        closed = true
      }
    }
    for await (const _ of measuredCall(recorder, endless)) break
    expect([closed, operations]).toEqual([true, []])
  })

  test('that yields and fails is recorded as failed', async () => {
    const { recorder, operations } = notes()
    async function* breaks(): AsyncGenerator<string> {
      yield 'one'
      throw new Error('away')
    }
    const read = async () => {
      for await (const _ of measuredCall(recorder, breaks));
    }
    await expect(read()).rejects.toThrow('away')
    expect(operations).toEqual([[{ latency }, { failed: true }]])
  })
})
