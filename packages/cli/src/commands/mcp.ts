import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { numberOption } from '../options.js'
import { recorderUrl } from '../recorder-client.js'
import { print } from '../terminal.js'

interface McpOptions {
  url?: string
  http?: true
  port: number
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** `mnemoscope mcp`: tools for assistants. */
export const mcpCommand = new Command('mcp')
  .description(
    'serve tools for assistants (Model Context Protocol) that only read: over standard input and output, or HTTP',
  )
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--http', 'over HTTP on this machine, with a token, instead of standard input and output')
  .option('--port <port>', 'with --http: the port', numberOption('--port', 0, 65_535), 9_480)
  .addHelpText(
    'after',
    '\nFor an assistant that starts programs: command "npx", arguments ["mnemoscope", "mcp"], in the folder of the configuration.' +
      '\nWith --http the token is in MNEMOSCOPE_MCP_TOKEN, or new at each start and printed.',
  )
  .action(async ({ url, http, port }: McpOptions) => {
    const recorder = await recorderUrl(url)
    const { mcpServer } = await import('../mcp/server.js')
    const { sourcesHere } = await import('../mcp/sources.js')
    const make = () => mcpServer(sourcesHere(recorder), version)
    if (http) return overHttp(make, port)
    const { serveStdio } = await import('@modelcontextprotocol/server/stdio')
    // Standard output belongs to the protocol.
    serveStdio(make, { onerror: (error) => print(`${error.message}\n`, process.stderr) })
  })

async function overHttp(make: Parameters<typeof import('../mcp/serve-http.js').serveHttp>[0], port: number) {
  const { newToken, serveHttp } = await import('../mcp/serve-http.js')
  const { MNEMOSCOPE_MCP_TOKEN: given } = process.env
  const token = given || newToken()
  const { url, close } = await serveHttp(make, port, token)
  print(`${url}\n${given ? '' : `Authorization: Bearer ${token}\n`}`)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await close()
}
