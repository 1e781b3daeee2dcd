/**
 * Holds connections of many kinds open, as a program of its own: `crowd.ts '{"listeners": [...], ...}'`. What a listener
 * ends is opened again, at a bounded rate. Prints a line once all of them were opened, and ends with its standard input.
 */
import { connect } from 'node:net'

export interface Crowd {
  readonly listeners: readonly Crowded[]
  /** Connections that are opened in a second, by all together. */
  readonly perSecond: { readonly first: number; readonly again: number }
}

/** What is held open at a listener. */
export interface Crowded {
  readonly port: number
  /** Connections that send nothing, or half of a request's head. */
  readonly idle: number
  /** Requests whose bodies come a byte at a time. */
  readonly slow: number
  /** Streams of events, or answers; every second one is never read. */
  readonly streams: number
  /** Connections that send one wrong key after another. */
  readonly guesses: number
  /** Where slow bodies go to. */
  readonly slowPath: string
  /** What streams ask for, with the key. */
  readonly streamPath: string
  readonly key: string
}

interface Held {
  readonly port: number
  readonly head: string
  /** Sent again and again after the head. */
  readonly drip?: string
  /** Default true. */
  readonly isRead?: boolean
}

const dripMs = 1_000
const ticksPerSecond = 50

const { listeners, perSecond } = JSON.parse(process.argv[2] ?? '') as Crowd
const waiting: Held[] = []

for (const { port, idle, slow, streams, guesses, slowPath, streamPath, key } of listeners) {
  const host = `host: 127.0.0.1:${port}\r\n`
  const times = (count: number, held: (i: number) => Omit<Held, 'port'>) => {
    for (let i = 0; i < count; i++) waiting.push({ port, ...held(i) })
  }
  const asking = (path: string, given: string) =>
    `GET ${path} HTTP/1.1\r\n${host}authorization: Bearer ${given}\r\n\r\n`
  times(idle, (i) => ({ head: i % 2 === 0 ? '' : `GET / HTTP/1.1\r\n${host}x: ` }))
  times(slow, () => ({
    head: `POST ${slowPath} HTTP/1.1\r\n${host}content-type: application/json\r\ncontent-length: 1000000\r\n\r\n`,
    drip: '[',
  }))
  times(streams, (i) => ({ head: asking(streamPath, key), isRead: i % 2 === 0 }))
  times(guesses, () => ({ head: asking('/api/config', 'wrong'), drip: asking('/api/config', 'wrong') }))
}

let left = waiting.length
setInterval(() => {
  const most = left > 0 ? perSecond.first : perSecond.again
  for (const held of waiting.splice(0, Math.ceil(most / ticksPerSecond))) {
    hold(held)
    left--
    if (left === 0) process.stdout.write('all were opened\n')
  }
}, 1_000 / ticksPerSecond)
process.stdin.resume().once('end', () => process.exit(0))

function hold(held: Held): void {
  const { port, head, drip, isRead = true } = held
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(head)
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), dripMs)
  if (isRead) socket.resume()
  else socket.pause()
  socket.once('close', () => {
    clearInterval(dripping)
    waiting.push(held)
  })
}
