import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { choosePort, freePort, isPortFree, partOf, requireFreePort } from '../src/ports.js'
import { onPort } from '../src/servers/server.js'

const listeners: Server[] = []
async function listen(port: number, host = '127.0.0.1'): Promise<void> {
  const server = createServer().listen(port, host)
  listeners.push(server)
  await once(server, 'listening')
}
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

describe('freePort', () => {
  test('gives a port below those of outgoing connections, never the same twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort))
    expect(new Set(ports).size).toBe(50)
    for (const port of ports) expect(port >= 20_000 && port < 32_768).toBe(true)
  })

  test('looks elsewhere in each of several processes that started one after the other', () => {
    const parts = Array.from({ length: 16 }, (_, i) => partOf(4_711 + i)).sort((a, b) => a.first - b.first)
    for (const [i, { first, last }] of parts.entries()) {
      expect(first).toBeGreaterThan(parts[i - 1]?.last ?? 19_999)
      expect(last).toBeGreaterThan(first + 500)
      expect(last).toBeLessThan(32_768)
    }
  })
})

describe('isPortFree', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::'])('says no while a server listens on %s', async (host) => {
    const port = await freePort()
    expect(await isPortFree(port)).toBe(true)
    await listen(port, host)
    expect(await isPortFree(port)).toBe(false)
  })
})

describe('choosePort', () => {
  /** The first of four free ports in a row, below those that freePort gives out. */
  async function freeRun(): Promise<number> {
    for (let first = 15_000; first < 20_000; first += 4) {
      const free = await Promise.all([0, 1, 2, 3].map((offset) => isPortFree(first + offset)))
      if (free.every(Boolean)) return first
    }
    throw new Error('no four free ports in a row')
  }

  test('gives the preferred port if it is free, and to one only', async () => {
    const port = await freeRun()
    expect(await choosePort(port)).toBe(port)
    expect(await choosePort(port)).toBe(port + 1)
  })

  test('gives several who ask at once a port each', async () => {
    const port = await freeRun()
    expect(new Set(await Promise.all([choosePort(port), choosePort(port), choosePort(port)])).size).toBe(3)
  })

  test('falls forward over ports that are taken', async () => {
    const port = (await freeRun()) + 4
    for (const taken of [port, port + 1]) if (await isPortFree(taken)) await listen(taken)
    const chosen = await choosePort(port)
    expect(chosen).toBeGreaterThanOrEqual(port + 2)
    expect(await isPortFree(chosen)).toBe(true)
  })
})

describe('requireFreePort', () => {
  test('names the port, who wants it and what to do', async () => {
    const port = await freePort()
    await listen(port)
    await expect(requireFreePort(port, 'prometheus')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      value: port,
      message: expect.stringMatching(new RegExp(`${port}.*prometheus`)),
      next: expect.stringContaining(String(port)),
    })
  })
})

describe('onPort', () => {
  test('does not start anything on a given port that is taken', async () => {
    const port = await freePort()
    await listen(port)
    const started: number[] = []
    const start = async (on: number) => started.push(on)
    const wish = { name: 'alertmanager', stateDir: '/nowhere', port }
    await expect(onPort(wish, start)).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    expect(started).toEqual([])
  })
})
