import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { issuesOf as allIssuesOf } from './issues.js'

const mail = { to: 'a@mail.example', from: 'b@mail.example', smarthost: 'mail.example:25' }

const issuesOf = (alerting: ConfigInput['alerting']) => allIssuesOf({ alerting })
const webhook = { url: 'https://hooks.example/alerts' }

describe('who is notified', () => {
  test('is only the recorder by default', () => {
    expect(defineConfig().alerting).toMatchObject({ receivers: {}, muteTimes: {} })
  })

  test.each([
    [
      { receivers: { team: { webhook: { url: 'https://me:secret@hooks.example/' } } } },
      [
        'alerting.receivers.team.webhook.url: expected a URL without user and password: name a file with a token in tokenFile',
      ],
    ],
    [
      { receivers: { team: { other: { opsgenie_configs: [{ api_key: 'abc' }] } } } },
      [
        'alerting.receivers.team.other.opsgenie_configs[0].api_key: expected "api_key_file": secrets are read from files only',
      ],
    ],
    ...[{}, { url: 'https://hooks.example/', urlFile: '/hook' }].map(
      (given): [ConfigInput['alerting'], string[]] => [
        { receivers: { team: { webhook: given } } },
        [
          'alerting.receivers.team.webhook: expected either url, or urlFile with the path of a file that has it',
        ],
      ],
    ),
    [
      { receivers: { 'On Call': { webhook: { url: 'https://hooks.example/' } } } },
      ['alerting.receivers: expected a name such as "on-call"'],
    ],
    ...(
      [
        [{ username: 'me' }, '', 'username and passwordFile together, or neither'],
        [{ passwordFile: '/password' }, '', 'username and passwordFile together, or neither'],
        [{ smarthost: 'mail.example:70000' }, '.smarthost', 'a port of at most 65535'],
      ] as const
    ).map(([more, at, expected]): [ConfigInput['alerting'], string[]] => [
      { receivers: { team: { email: { ...mail, ...more } } } },
      [`alerting.receivers.team.email${at}: expected ${expected}`],
    ]),
    [
      { receivers: { team: {} } },
      [
        'alerting.receivers.team: one of webhook, slack, email, pagerduty, opsgenie, teams, discord, telegram, incidentio, other',
      ],
    ],
    ...(
      [
        ['teams', { teams: { webhookUrlFile: '/teams' } }, '0.28'],
        ['discord', { discord: { webhookUrlFile: '/discord' } }, '0.28'],
        ['webhook.urlFile', { webhook: { urlFile: '/hook' } }, '0.26'],
        ['telegram', { telegram: { botTokenFile: '/telegram', chatId: -1 } }, '0.26'],
        [
          'incidentio',
          { incidentio: { url: 'https://incidents.example/', tokenFile: '/incidents' } },
          '0.29',
        ],
        ['slack.updates', { slack: { botTokenFile: '/slack', channel: 'C1', updates: 'edit' } }, '0.32'],
        ['slack.updates', { slack: { botTokenFile: '/slack', channel: 'C1' } }, '0.35'],
      ] as const
    ).map(([medium, team, needed]): [ConfigInput['alerting'], string[]] => [
      { receivers: { team } },
      [
        `alerting.receivers.team.${medium}: Alertmanager ${needed} or newer: set alerting.alertmanager to the version that you run`,
      ],
    ]),
    [{ receivers: { nobody: { webhook } } }, ['alerting.receivers: another name: this one is taken']],
    [
      { receivers: { team: { webhook, mute: ['nights'] } } },
      ['alerting.receivers.team.mute: one of alerting.muteTimes, but none is set'],
    ],
    [
      { receivers: { team: { webhook, services: ['memroy'] } } },
      [
        'alerting.receivers.team.services: one of services: mnemoscope-recorder, mnemoscope-prometheus, mnemoscope-alertmanager',
      ],
    ],
    [
      { watchdog: { receiver: 'heartbeat' } },
      ['alerting.watchdog.receiver: one of alerting.receivers, but none is set'],
    ],
    [
      { muteTimes: { nights: [{ times: [{ start: '22:00', end: '06:00' }] }] } },
      [
        'alerting.muteTimes.nights[0].times[0]: expected start before end on the same day: write a night as two times',
      ],
    ],
    ...['Europe/Berlim', '+02:00', ''].map((location): [ConfigInput['alerting'], string[]] => [
      { muteTimes: { nights: [{ location }] } },
      [
        'alerting.muteTimes.nights[0].location: expected a time zone such as "Europe/Berlin", "Asia/Tokyo" or "UTC"',
      ],
    ]),
  ] satisfies [ConfigInput['alerting'], string[]][])('is refused for %j', (alerting, expected) => {
    expect(issuesOf(alerting)).toEqual(expected)
  })

  test('may name files of secrets in settings passed through', () => {
    expect(
      issuesOf({
        receivers: { team: { other: { opsgenie_configs: [{ api_key_file: '/run/secrets/o' }] } } },
      }),
    ).toEqual([])
  })
})
