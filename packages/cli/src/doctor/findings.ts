import { isOlder } from '@mnemoscope/servers'
import { connectionFindings, routeFindings } from './alertmanager-findings.js'
import type { Expected } from './expected.js'
import { type Facts, isSilent, type Silent } from './facts.js'
import { type Finding, subjects, unknown, wrong } from './finding.js'
import { externalLabelFindings, ruleFindings, scrapeFindings } from './prometheus-findings.js'
import { recorderFindings, webhookFindings } from './recorder-findings.js'
import { sourceFindings } from './source-findings.js'

/** Clocks that differ by less make no difference, and whole seconds show no less. */
const mostSkewSeconds = 5

const flags = {
  Prometheus: '--prometheus-url',
  Alertmanager: '--alertmanager-url',
  'The recorder': '--url',
} as const
type ServerName = keyof typeof flags

/**
 * What is missing or contradicts, in the order in which it is put right: what comes first explains what follows.
 * @param now Unix ms
 */
export function findingsOf(facts: Facts, expected: Expected, now: number): Finding[] {
  const { prometheus, alertmanager, recorder } = facts
  const found = [
    ...serverFindings('Prometheus', prometheus, expected.oldest.prometheus),
    ...serverFindings('Alertmanager', alertmanager, expected.oldest.alertmanager),
    ...serverFindings('The recorder', recorder, undefined),
    ...(isSilent(prometheus)
      ? []
      : [
          ...scrapeFindings(prometheus, expected),
          ...sourceFindings(prometheus.sources, expected.contextSizes),
          ...ruleFindings(prometheus, expected),
          ...externalLabelFindings(prometheus),
        ]),
    ...(isSilent(alertmanager) ? [] : routeFindings(alertmanager, expected)),
    ...(isSilent(prometheus) || isSilent(alertmanager)
      ? []
      : connectionFindings(prometheus, alertmanager, expected)),
    ...(isSilent(recorder) ? [] : recorderFindings(recorder, expected)),
    ...(isSilent(recorder) || isSilent(alertmanager) ? [] : webhookFindings(alertmanager, recorder, now)),
  ]
  return found.toSorted((a, b) => subjects.indexOf(a.subject) - subjects.indexOf(b.subject))
}

interface AnyServer {
  readonly url: string
  readonly aheadSeconds: number | undefined
  readonly version?: string | undefined
}

function serverFindings(name: ServerName, server: AnyServer | Silent, oldest: string | undefined): Finding[] {
  if (isSilent(server)) {
    return [
      wrong('servers', {
        code: 'unreachable',
        text: `${name} gives no usable answer at ${server.url}: ${server.reason}.`,
        fix: `Start it, or give its address with ${flags[name]} or in endpoints of the configuration.`,
      }),
    ]
  }
  return [...versionFindings(name, server.version, oldest), ...clockFindings(name, server.aheadSeconds)]
}

function versionFindings(
  name: ServerName,
  version: string | undefined,
  oldest: string | undefined,
): Finding[] {
  if (oldest === undefined) return []
  if (version === undefined) {
    return [
      unknown('versions', {
        code: 'version_unknown',
        text: `${name} does not say its version.`,
        fix: `Check that it is ${oldest} or later.`,
      }),
    ]
  }
  if (!isOlder(version, oldest)) return []
  return [
    wrong('versions', {
      code: 'version',
      text: `${name} is ${version}, but the files need ${oldest} or later.`,
      fix: 'Install a later version.',
    }),
  ]
}

function clockFindings(name: ServerName, aheadSeconds: number | undefined): Finding[] {
  if (aheadSeconds === undefined || Math.abs(aheadSeconds) < mostSkewSeconds) return []
  const side = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return [
    wrong('clocks', {
      code: 'clock',
      text: `The clock of ${name === 'The recorder' ? 'the recorder' : name} is ${Math.abs(aheadSeconds)} s ${side} this machine's.`,
      fix: 'Let all machines take their time from NTP. Starts and ends of alerts would be wrong by as much.',
    }),
  ]
}
