/** What a medium shows of a message, each by the template that Alertmanager takes for it. */
export interface MessageMedium {
  readonly title: string
  /** How it is written: as text, in a medium's own format, or as HTML. */
  readonly format: 'text' | 'slack' | 'markdown' | 'html'
  readonly templates: {
    readonly title?: string
    readonly body: string
    /** Level of the message as the medium has it. */
    readonly level?: string
  }
}

/** Every medium with texts of ours, by its name in `alerting.receivers`. A webhook gets the alerts as they are. */
export const messageMedia = {
  slack: {
    title: 'Slack',
    format: 'slack',
    templates: { title: 'slack.default.title', body: 'slack.default.text' },
  },
  email: {
    title: 'E-mail',
    format: 'html',
    templates: { title: 'email.default.subject', body: 'email.default.html' },
  },
  pagerduty: {
    title: 'PagerDuty',
    format: 'text',
    templates: {
      title: 'pagerduty.default.description',
      body: 'mnemoscope.text.body',
      level: 'mnemoscope.pagerduty.severity',
    },
  },
  opsgenie: {
    title: 'Opsgenie',
    format: 'text',
    templates: {
      title: 'opsgenie.default.message',
      body: 'mnemoscope.text.body',
      level: 'mnemoscope.opsgenie.priority',
    },
  },
  teams: {
    title: 'Microsoft Teams',
    format: 'markdown',
    templates: { title: 'msteamsv2.default.title', body: 'msteamsv2.default.text' },
  },
  discord: {
    title: 'Discord',
    format: 'markdown',
    templates: { title: 'discord.default.title', body: 'discord.default.message' },
  },
  telegram: { title: 'Telegram', format: 'html', templates: { body: 'telegram.default.message' } },
  incidentio: {
    title: 'incident.io',
    format: 'text',
    templates: { title: 'mnemoscope.text.title', body: 'mnemoscope.text.body' },
  },
} as const satisfies Record<string, MessageMedium>

export type MediumName = keyof typeof messageMedia
export const mediumNames = Object.keys(messageMedia) as MediumName[]
