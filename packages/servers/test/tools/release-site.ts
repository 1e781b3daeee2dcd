import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { archiveName } from '../../src/tools/from-release.js'
import { type Family, families } from '../../src/tools/tool.js'

/** What goes wrong at the site. */
export type Fault = 'none' | 'wrong-checksum' | 'truncated' | 'missing' | 'unlisted' | 'silent'

/** A site on 127.0.0.1 that publishes a release of small programs as the projects do. */
export interface ReleaseSite {
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  fault: Fault
  close(): Promise<void>
}

export async function releaseSite(): Promise<ReleaseSite> {
  const archives = { prometheus: archiveOf('prometheus'), alertmanager: archiveOf('alertmanager') }
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const family = path.split('/')[1] === 'prometheus' ? 'prometheus' : 'alertmanager'
    answer(response, path, family, archives[family], site.fault)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const site: ReleaseSite = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    fault: 'none',
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return site
}

function answer(response: ServerResponse, path: string, family: Family, archive: Buffer, fault: Fault): void {
  const name = `${archiveName(family)}.tar.gz`
  if (fault === 'silent') return
  if (fault === 'missing') {
    response.writeHead(404).end('not found')
  } else if (path.endsWith('/sha256sums.txt')) {
    const hash = createHash('sha256').update(archive).digest('hex')
    const listed =
      fault === 'wrong-checksum' ? hash.replace(/^./, (first) => (first === '0' ? '1' : '0')) : hash
    const lines = [`${'a'.repeat(64)}  ${family}-of-another-system.tar.gz`]
    if (fault !== 'unlisted') lines.push(`${listed}  ${name}`)
    response.end(`${lines.join('\n')}\n`)
  } else if (path.endsWith(`/v${families[family].release}/${name}`)) {
    response.writeHead(200, { 'content-length': archive.length })
    if (fault !== 'truncated') response.end(archive)
    else response.write(archive.subarray(0, archive.length / 2), () => response.destroy())
  } else {
    response.writeHead(404).end()
  }
}

/** An archive with one folder, as published, of shell scripts that name their version. */
function archiveOf(family: Family): Buffer {
  const room = mkdtempSync(join(tmpdir(), 'mnemoscope-release-'))
  try {
    const folder = archiveName(family)
    if (folder === undefined) throw new Error('no release for this machine')
    mkdirSync(join(room, folder))
    for (const tool of families[family].tools) {
      const script = `#!/bin/sh\necho "${tool}, version ${families[family].release} (branch: HEAD)"\n`
      writeFileSync(join(room, folder, tool), script)
      // With more rights than a program needs: everybody writes, and it runs as its owner.
      chmodSync(join(room, folder, tool), 0o6777)
    }
    const file = join(room, 'archive.tar.gz')
    create({ cwd: room, gzip: true, sync: true, file }, [folder])
    return readFileSync(file)
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}
