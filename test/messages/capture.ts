import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What came by HTTP, with the path that says which medium it was for, or a mail as it came. */
export type Received =
  | { readonly path: string; readonly body: Readonly<Record<string, unknown>> }
  | { readonly mail: string }

export interface Capture {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** `127.0.0.1:port` of the mail server; it has no STARTTLS. */
  readonly smarthost: string
  /** In the order in which it came. */
  readonly received: readonly Received[]
  stop(): Promise<void>
}

/** Servers in the place of those that send messages on to people. */
export async function capture(): Promise<Capture> {
  const received: Received[] = []
  const http = createHttpServer((request, response) => {
    // Prometheus looks for the recorder's metrics here.
    if (request.method === 'GET') return void response.writeHead(404).end()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', 'http://here')
      received.push({ path: pathname, body: JSON.parse(Buffer.concat(chunks).toString()) })
      const answer = pathname.startsWith('/telegram')
        ? { ok: true, result: { message_id: 1, date: 0, chat: { id: 1, type: 'group' } } }
        : { ok: true, status: 'success' }
      response.setHeader('content-type', 'application/json')
      response.statusCode = pathname.startsWith('/pagerduty') ? 202 : 200
      response.end(JSON.stringify(answer))
    })
  })
  const smtp = createServer((socket) => takeMail(socket, (mail) => received.push({ mail })))
  await Promise.all(
    [http, smtp].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  )
  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${port(http)}`,
    smarthost: `127.0.0.1:${port(smtp)}`,
    received,
    async stop() {
      http.closeAllConnections()
      await Promise.all([http, smtp].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/** As much of RFC 5321 as a client needs to hand over a mail. */
function takeMail(socket: Socket, take: (mail: string) => void): void {
  let isData = false
  let unread = ''
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 here')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    unread += chunk.toString()
    for (;;) {
      const end = unread.indexOf(isData ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const text = unread.slice(0, end)
      unread = unread.slice(end + (isData ? 5 : 2))
      if (isData) {
        isData = false
        // RFC 5321, 4.5.2: a line that begins with a dot has another one.
        take(text.replaceAll('\r\n..', '\r\n.'))
        say('250 taken')
        continue
      }
      const verb = text.slice(0, 4).toUpperCase()
      isData = verb === 'DATA'
      if (verb === 'EHLO') say('250 here')
      else if (verb === 'DATA') say('354 go on')
      else if (verb === 'QUIT') {
        say('221 bye')
        socket.end()
      } else say('250 ok')
    }
  })
}

/** A part of a mail by its type, decoded. */
export function mailPart(mail: string, type: 'text/plain' | 'text/html'): string {
  const at = mail.indexOf(`Content-Type: ${type}`)
  const body = mail.slice(mail.indexOf('\r\n\r\n', at) + 4).split('\r\n--')[0] ?? ''
  const bytes = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString().replaceAll('\r\n', '\n')
}
