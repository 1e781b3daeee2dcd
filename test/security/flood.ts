/**
 * Opens connections one after another, at a steady rate, as a program of its own: `flood.ts '{"port": ..., ...}'`. A third says
 * nothing and goes, a third asks without a key, a third guesses one. Ends with its standard input, and prints how many it
 * opened.
 */
import { connect } from 'node:net'

export interface Flood {
  readonly port: number
  readonly perSecond: number
}

const ticksPerSecond = 100
/** Longer than a guess has to wait. */
const goneAfterMs = 1_000

const { port, perSecond } = JSON.parse(process.argv[2] ?? '') as Flood
const begun = performance.now()
let opened = 0

setInterval(() => {
  // What a late tick left out comes with the next one.
  const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond)
  while (opened < due) open(opened++)
}, 1_000 / ticksPerSecond)
process.stdin.resume().once('end', () => {
  process.stdout.write(String(opened))
  process.exit(0)
})

function open(i: number): void {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  if (i % 3 === 0) return void socket.once('connect', () => socket.destroy())
  const key = i % 3 === 1 ? '' : `authorization: Bearer guess-${i}\r\n`
  socket.write(`GET /api/config HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${key}connection: close\r\n\r\n`)
  const gone = setTimeout(() => socket.destroy(), goneAfterMs)
  socket.once('close', () => clearTimeout(gone))
}
