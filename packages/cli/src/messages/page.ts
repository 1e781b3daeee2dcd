import { messageColors } from '@mnemoscope/generate'
import { mediumNames, messageMedia } from './media.js'
import type { RenderedMessage, RenderedText } from './render.js'

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
:root:has(#light:checked) { color-scheme: light }
:root:has(#dark:checked) { color-scheme: dark }
body { margin: 24px; background: light-dark(#f6f7f9, #14161a); color: light-dark(#1d2129, #e6e8eb) }
h1 { font-size: 22px } h2 { font-size: 17px; margin: 32px 0 8px } h3 { font-size: 12px; margin: 0 0 6px; opacity: .7 }
section { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 16px }
article { background: light-dark(#fff, #1e2126); border: 1px solid light-dark(#dde1e6, #33383f); border-radius: 8px; padding: 12px; overflow-wrap: anywhere }
.message { border-left: 5px solid var(--level); padding-left: 10px }
.title { font-weight: 600; margin: 0 0 4px } .body { margin: 0; white-space: pre-line }
.level { font-size: 12px; border: 1px solid; border-radius: 4px; padding: 0 5px }
a { color: light-dark(#0b57d0, #8ab4f8) } code { font: 12px ui-monospace, monospace }
iframe { width: 100%; height: 440px; border: 0 }
`

/** A page with every message in every medium, side by side, light or dark as its reader has it or wants it. */
export function messagesPage(messages: readonly RenderedMessage[]): string {
  const choices = ['as this device', 'light', 'dark'].map(
    (name, i) =>
      `<label><input type="radio" name="scheme" id="${name.split(' ')[0]}"${i === 0 ? ' checked' : ''}> ${name}</label>`,
  )
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Messages of Mnemoscope</title><style>${style}</style></head><body>`,
    `<h1>Messages</h1><p>${choices.join(' ')}</p>`,
    ...messages.map((message) => {
      const color = Object.entries(messageColors).find(([level]) => level === message.level)?.[1] ?? 'gray'
      const articles = mediumNames.map((name) => article(message, messageMedia[name], message.media[name]))
      return `<h2>${escaped(message.kind)}</h2><section style="--level:${color}">${articles.join('\n')}</section>`
    }),
    '</body></html>',
    '',
  ].join('\n')
}

function article(
  { kind }: RenderedMessage,
  { title: name, format }: (typeof messageMedia)[keyof typeof messageMedia],
  { title, body, level }: RenderedText,
): string {
  const heading =
    title === '' ? '' : `<p class="title">${asHtml(title, format === 'markdown' ? format : 'text')}</p>`
  const badge = level === undefined ? '' : ` <span class="level">${escaped(level)}</span>`
  // A mail is a page of its own: it runs no scripts there.
  const isPage = body.startsWith('<!doctype')
  const content = isPage
    ? `<iframe sandbox title="${escaped(`${name}: ${kind}`)}" srcdoc="${escaped(body)}"></iframe>`
    : `<p class="body">${asHtml(body, format)}</p>`
  return `<article><h3>${escaped(name)}${badge}</h3><div class="message">${heading}${content}</div></article>`
}

/** What a medium makes of the text: links, and characters that are escaped for it. */
function asHtml(text: string, format: 'text' | 'slack' | 'markdown' | 'html'): string {
  switch (format) {
    // Alertmanager has escaped what is in it.
    case 'html':
      return text
    case 'slack':
      return text.replaceAll(/<(https?:[^|>]*)\|([^>]*)>/g, (_, url: string, name: string) => link(url, name))
    case 'markdown':
      return escaped(text.replaceAll('\n\n', '\n'))
        .replaceAll(/(?<!\\)\[([^\]]*)\]\((https?:[^)]*)\)/g, (_, name: string, url: string) =>
          link(url, name),
        )
        .replaceAll(/(?<!\\)`([^`]*)`/g, '<code>$1</code>')
        .replaceAll(/\\([\\`*_{}[\]()&#+!|~-]|&lt;|&gt;)/g, '$1')
    case 'text':
      return escaped(text)
  }
}

const link = (url: string, name: string) => `<a href="${url.replaceAll('"', '%22')}">${name}</a>`

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
