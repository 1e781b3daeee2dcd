import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type ServerProcess, startProcess } from '@mnemoscope/servers'
import type { DebianProgram } from '../../harness/debian-program.js'
import { repository } from '../../harness/repository.js'

export interface NginxOptions {
  readonly folder: string
  readonly port: number
  readonly tlsPort: number
  /** Files of the certificate. */
  readonly certificate: string
  readonly key: string
  /** Address of the recorder. */
  readonly recorder: string
  /** Whether it passes the prefix on, in place of removing it. */
  readonly keepsPrefix?: boolean
  /** Who signs people in, and the key for them: the example with sign-in then. */
  readonly people?: { readonly address: string; readonly key: string }
}

/** Starts nginx with an example of `docs/proxy.md`, in which only addresses, files and the key are changed. */
export async function startNginx(
  program: DebianProgram & { isThere: true },
  { folder, port, tlsPort, certificate, key, recorder, keepsPrefix = false, people }: NginxOptions,
): Promise<ServerProcess> {
  const page = readFileSync(join(repository, 'docs/proxy.md'), 'utf8')
  const examples = [...page.matchAll(/```nginx\n( *server \{[\s\S]+?\n *\})\n *```/g)]
  const example = examples[people === undefined ? 0 : 1]?.[1]
  if (example === undefined) throw new Error('docs/proxy.md lacks a server for nginx')
  const server = replaceAll(example, [
    ['listen 443 ssl;', `listen 127.0.0.1:${port};\n  listen 127.0.0.1:${tlsPort} ssl;`],
    ['server_name monitor.example.org;', 'server_name localhost;'],
    ['/etc/ssl/monitor.crt', certificate],
    ['/etc/ssl/monitor.key', key],
    ['proxy_pass http://127.0.0.1:9470/;', `proxy_pass ${recorder}${keepsPrefix ? '' : '/'};`],
    ...(people === undefined
      ? []
      : ([
          ['http://127.0.0.1:4180', people.address],
          ['Bearer KEY', `Bearer ${people.key}`],
        ] as const)),
  ])
  const temporary = join(folder, 'nginx')
  mkdirSync(temporary)
  chmodSync(temporary, 0o777)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${temporary}/${name};`,
  )
  const config = join(folder, 'nginx.conf')
  writeFileSync(
    config,
    [
      'daemon off;',
      `pid ${temporary}/nginx.pid;`,
      'events {}',
      `http {\naccess_log off;\n${paths.join('\n')}\n${server}\n}`,
      '',
    ].join('\n'),
  )
  return startProcess({
    name: 'nginx',
    command: program.command,
    args: ['-p', folder, '-e', 'stderr', '-c', config],
    env: { PATH: process.env.PATH, ...program.env },
    stateDir: folder,
    ready: () => accepts(port),
    readyTimeoutMs: 20_000,
  })
}

/** Replaces texts that each have to be there. */
function replaceAll(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((all, [from, to]) => {
    if (!all.includes(from)) throw new Error(`the example of docs/proxy.md has no ${from}`)
    return all.replaceAll(from, () => to)
  }, text)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
