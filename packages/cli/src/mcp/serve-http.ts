import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { listen } from '@mnemoscope/recorder'
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpServer,
  originValidationResponse,
} from '@modelcontextprotocol/server'

/** A server for assistants that talk HTTP. */
export interface McpOverHttp {
  /** Address of the endpoint. */
  readonly url: string
  close(): Promise<void>
}

export const mcpPath = '/mcp'

/** A token for one run. */
export const newToken = () => randomBytes(24).toString('base64url')

/**
 * Serves assistants over streamable HTTP on this machine alone. Each request needs the token: that it comes from this machine proves
 * nothing, because web pages send from there too.
 * @throws MnemoscopeError PORT_IN_USE
 */
export async function serveHttp(make: () => McpServer, port: number, token: string): Promise<McpOverHttp> {
  const handler = createMcpHandler(make, { maxRequestBodySize: 262_144 })
  const fetch = async (request: Request): Promise<Response> => {
    const refused =
      hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
      originValidationResponse(request, localhostAllowedOrigins())
    if (refused !== undefined) return refused
    if (!isToken(request.headers.get('authorization'), token)) {
      return new Response('A bearer token is needed: `mnemoscope mcp` has printed it.\n', {
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
      })
    }
    if (new URL(request.url).pathname === mcpPath) return handler.fetch(request)
    return new Response(`The endpoint is ${mcpPath}.\n`, { status: 404 })
  }
  const { url, close } = await listen({ fetch }, '127.0.0.1', port)
  return {
    url: `${url}${mcpPath}`,
    async close() {
      await handler.close()
      await close()
    },
  }
}

/** Compares hashes, which have one length, so that the time says nothing of the token. */
function isToken(authorization: string | null, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${token}`))
}
