import type { Expected } from './expected.js'
import type { AlertmanagerFacts, RecorderFacts } from './facts.js'
import { type Finding, some, unknown, wrong } from './finding.js'

/** By then Alertmanager has informed the recorder of an alert: its route waits a second, and a busy server some more. */
const arrivesWithinMs = 30_000

/** Whether notifications of Alertmanager arrive at the recorder. */
export function webhookFindings(
  { active }: Pick<AlertmanagerFacts, 'active'>,
  { startedAt, lastWebhookAt, url }: Pick<RecorderFacts, 'startedAt' | 'lastWebhookAt' | 'url'>,
  now: number,
): Finding[] {
  // An alert that began before the recorder is sent again only hours later.
  const due = active
    .filter(({ since }) => startedAt !== undefined && since > startedAt && now - since > arrivesWithinMs)
    .find(({ since }) => lastWebhookAt === undefined || lastWebhookAt < since)
  if (due !== undefined) {
    const last = lastWebhookAt === undefined ? 'none' : new Date(lastWebhookAt).toISOString()
    return [
      wrong('webhook', {
        code: 'webhook_not_arriving',
        text: `Alertmanager has ${due.labels.alertname} since ${new Date(due.since).toISOString()}, but the recorder has no notification of it; its newest one: ${last}.`,
        fix: `Check that Alertmanager reaches ${url}/api/webhook/alertmanager (its log says why not), and sends the recorder's token if it has one.`,
      }),
    ]
  }
  if (lastWebhookAt !== undefined) return []
  return [
    unknown('webhook', {
      code: 'webhook_unknown',
      text: 'No notification has arrived since the recorder started, so it is not known yet whether they do.',
      fix: 'Run this again after the first alert.',
    }),
  ]
}

/** Whether the recorder does its work, with this configuration. */
export function recorderFindings(
  { problems, configHash }: Pick<RecorderFacts, 'problems' | 'configHash'>,
  expected: Expected,
): Finding[] {
  return [
    ...(problems.length === 0
      ? []
      : [
          wrong('recorder', {
            code: 'recorder_not_ready',
            text: `The recorder is not ready: ${some(problems)}.`,
            fix: 'Start what it waits for; its log has the errors.',
          }),
        ]),
    ...(configHash === undefined
      ? [
          unknown('recorder', {
            code: 'recorder_configuration_unknown',
            text: 'The recorder does not say which configuration it has: it asks for a token.',
            fix: 'Set MNEMOSCOPE_TOKEN for this command, too.',
          }),
        ]
      : configHash === expected.configHash
        ? []
        : [
            wrong('recorder', {
              code: 'recorder_of_another_configuration',
              text: `The recorder has configuration ${configHash.slice(0, 12)}, not this one, ${expected.configHash.slice(0, 12)}.`,
              fix: 'Start it with this file (--config), or wait until it has applied the edit; its page says why it could not.',
            }),
          ]),
  ]
}
