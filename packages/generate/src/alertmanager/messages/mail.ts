import type { Config } from '@mnemoscope/kpi'
import { levelOfMessage, preamble } from './about.js'
import { actions } from './actions.js'
import { colors } from './colors.js'
import { changed, since } from './course.js'
import { media } from './medium.js'
import { places } from './places.js'
import { choice } from './words.js'

/** Styles stand at the elements: mail programs drop style sheets. Colours of text and ground are left to light and dark. */
const styles = {
  body: 'font:15px/1.5 system-ui,sans-serif;max-width:640px;margin:16px auto;padding:0 16px',
  title: 'font-size:20px;line-height:1.3;margin:0 0 4px;padding:8px 0 8px 12px',
  list: 'padding-left:20px',
  command: 'font:13px ui-monospace,monospace;overflow-wrap:anywhere',
} as const

/** The HTML of a mail. Alertmanager's engine escapes each value for where it stands. */
export function mail(config: Config): string {
  const borders = Object.entries(colors).map(
    ([level, color]) => [level, `border-left:6px solid ${color}`] as const,
  )
  const todo = actions(config, true).map(({ name, text, isLink, condition }) => {
    const shown = isLink
      ? `<a href="${text}">${name}</a>`
      : `${name}: <code style="${styles.command}">${text}</code>`
    return `{{ if ${condition} }}<p style="margin:4px 0">${shown}</p>{{ end }}`
  })
  return [
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark"></head>',
    `<body style="${styles.body}">${preamble(config)}`,
    levelOfMessage,
    `<h1 style="${styles.title};${choice('$level', borders, '')}">{{ template "mnemoscope.text.title" . }}</h1>`,
    `<p>${since({ ...media.plain, newLine: '<br>' })}</p>${changed(media.plain, ['<p>', '</p>'])}<ul style="${styles.list}">`,
    places(config, { ...media.plain, bullet: '' }, ['<li>', '</li>']),
    `</ul>${todo.join('')}`,
    '</body></html>',
  ].join('{{/*\n*/}}')
}
