import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repository } from '../harness/repository.js'

/** A service of `docker-compose.yml`, as far as these tests read it. */
export interface Service {
  readonly image: string
  readonly pull_policy?: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly user?: string
  readonly working_dir?: string
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly restart?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test: readonly string[] }
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** `docker-compose.yml`, its merge keys resolved. */
export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true }) as ComposeFile
}

export function serviceOf(name: string): Service {
  const service = readComposeFile().services[name]
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return service
}

/** A mount as Compose writes it in short: `./deploy:/etc:ro`. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** Whether the source is a file or a folder of the repository, and not a named volume. */
  readonly ofRepository: boolean
}

export function mountsOf({ volumes = [] }: Service): Mount[] {
  return volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':')
    return { source, target, readOnly: mode === 'ro', ofRepository: source.startsWith('./') }
  })
}

/** Text as Compose hands it to a container: variables replaced by their defaults, two dollars made one. */
export function interpolated(text: string): string {
  return text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll('$$', '$')
}
