import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { eventually } from '../../../../test/harness/eventually.js'
import { type FollowedSwitches, followSwitches } from '../../src/recorder/follow-switches.js'

const on = { benchmark: true, overflow: true, adaptation: true }
const off = { ...on, benchmark: false }

describe('followed switches', () => {
  let server: Server | undefined
  let followed: FollowedSwitches | undefined

  afterEach(() => {
    followed?.stop()
    server?.closeAllConnections()
    server?.close()
  })

  async function recorder(answer: RequestListener): Promise<string> {
    server = createServer(answer)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('are first those of the configuration, then those of the recorder, requested by tag', async () => {
    let integrations = on
    const asked: (string | undefined)[] = []
    const changes: object[] = []
    const url = await recorder((request, response) => {
      const tag = JSON.stringify(JSON.stringify(integrations).length)
      asked.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end()
      response.setHeader('etag', tag)
      response.end(JSON.stringify({ integrations }))
    })
    const onChange = (to: object) => changes.push(to)
    followed = followSwitches({ recorder: url, first: on, everyMs: 20, onChange })
    expect(followed.current).toEqual(on)
    await eventually('a question with a tag', () => asked.length > 2 && asked.at(-1) !== undefined)
    expect(changes).toEqual([])
    integrations = off
    await eventually('the change', () => followed?.current.benchmark === false)
    expect(changes).toEqual([off])
  })

  test.each<[string, RequestListener]>([
    ['that fails', (_, response) => response.writeHead(500).end('{}')],
    ['that answers no JSON', (_, response) => response.end('hello')],
    ['that answers other JSON', (_, response) => response.end('{"integrations": {"benchmark": "no"}}')],
    ['that cuts the connection', (request) => request.socket.destroy()],
  ])('do not change with a recorder %s', async (_, answer) => {
    let asked = 0
    const url = await recorder((request, response) => {
      asked += 1
      answer(request, response)
    })
    followed = followSwitches({ recorder: url, first: off, everyMs: 10 })
    await eventually('some questions', () => asked > 3)
    expect(followed.current).toEqual(off)
  })

  test('do not change without a recorder, at any address', () => {
    followed = followSwitches({ recorder: 'nowhere', first: off })
    expect(followed.current).toEqual(off)
  })
})
