import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { expect, test } from '@jest/globals'
import { monitors } from '../monitored.js'

const { start } = monitors()

test('a connection that can not be accepted does not end the process', async () => {
  const monitor = await start()
  let server: Server | undefined
  const started = (message: unknown) => {
    server = (message as { server: Server }).server
  }
  subscribe('http.server.request.start', started)
  await fetch(monitor.url ?? '')
  unsubscribe('http.server.request.start', started)
  const failure = new Error('accept EMFILE')
  // Without a listener an event of this name throws.
  for (let i = 0; i < 2; i++) expect(server?.emit('error', failure)).toBe(true)
  expect((await fetch(monitor.url ?? '')).status).toBe(200)
})
