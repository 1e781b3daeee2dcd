import type { Config } from '@mnemoscope/kpi'
import { header } from '../../generated-file.js'
import { level, levelOfMessage, preamble } from './about.js'
import { actionLines, actions, pageAction } from './actions.js'
import { colors } from './colors.js'
import { changed, since } from './course.js'
import { mail } from './mail.js'
import { type Medium, media, valueTemplates } from './medium.js'
import { places } from './places.js'
import { title } from './title.js'
import { choice, wordTemplates } from './words.js'

/** Where Alertmanager finds the templates, from its configuration file. */
export const templatesGlob = 'templates/*.tmpl'
export const templatePath = 'templates/mnemoscope.tmpl'

/** What messages say, as templates of Alertmanager. Those with a built-in name replace what it has for every receiver. */
export function templateFile(config: Config): string {
  const definitions: [name: string, text: string][] = [
    ...Object.values(media).flatMap((medium): [string, string][] => [
      ...valueTemplates(medium),
      ...wordTemplates(config, medium),
      [`mnemoscope.${medium.name}.title`, title(config, medium)],
      [`mnemoscope.${medium.name}.body`, body(config, medium)],
    ]),
    ['mnemoscope.text', `${use('text.title')}\n${use('text.body')}`],
    ['mnemoscope.level', level(config)],
    ['mnemoscope.color', byLevel(config, colors)],
    // PagerDuty knows our levels by the same names; the end of an incident has the level of its beginning.
    [
      'mnemoscope.pagerduty.severity',
      byLevel(config, { critical: 'critical', error: 'error', info: 'info' }, 'warning'),
    ],
    ['mnemoscope.opsgenie.priority', byLevel(config, { critical: 'P1', error: 'P2', warning: 'P3' }, 'P5')],
    ['mnemoscope.page', page(config)],
    ['email.default.subject', use('text.title')],
    ['email.default.html', mail(config)],
    ['slack.default.title', use('slack.title')],
    ['slack.default.fallback', use('slack.title')],
    ['slack.default.titlelink', use('page')],
    ['slack.default.text', use('slack.body')],
    ['slack.default.username', 'Mnemoscope'],
    ['slack.default.color', use('color')],
    ['pagerduty.default.description', use('text.title')],
    ['pagerduty.default.client', 'Mnemoscope'],
    ['pagerduty.default.clientURL', use('page')],
    ['opsgenie.default.message', use('text.title')],
    ['opsgenie.default.description', use('text')],
    ['opsgenie.default.source', 'Mnemoscope'],
    ['discord.default.title', use('markdown.title')],
    ['discord.default.message', use('markdown.body')],
    ...['msteams', 'msteamsv2'].flatMap((teams): [string, string][] => [
      [`${teams}.default.summary`, use('text.title')],
      [`${teams}.default.title`, use('markdown.title')],
      [`${teams}.default.text`, use('markdown.body')],
    ]),
    ['telegram.default.message', `<b>${use('text.title')}</b>\n${use('text.body')}`],
  ]
  const texts = definitions.map(([name, text]) => `{{ define "${name}" }}${text}{{ end }}\n`)
  return `{{/* ${header} */}}\n${texts.join('\n')}`
}

function use(name: string): string {
  const full = name === 'text' ? 'mnemoscope.text' : `mnemoscope.${name}`
  return `{{ template "${full}" . }}`
}

/** Everything below the title: since when, where, and what to do. */
function body(config: Config, medium: Medium): string {
  const { newLine } = medium
  return `${preamble(config)}${since(medium)}${newLine}${changed(medium)}${places(config, medium)}${actionLines(config, medium).replace(newLine, '')}`
}

/** A text for each level. */
function byLevel(config: Config, texts: Readonly<Record<string, string>>, otherwise = ''): string {
  const ofMessage = 'recovered' in texts ? levelOfMessage : '{{ $level := $worst.Labels.severity }}'
  return `${preamble(config)}${ofMessage}${choice('$level', Object.entries(texts), otherwise)}`
}

/** The address of the page at the message's alerts; empty where people can open none. */
function page(config: Config): string {
  const look = actions(config).find(({ name }) => name === pageAction)
  return look === undefined ? '' : `${preamble(config)}${look.text}`
}
