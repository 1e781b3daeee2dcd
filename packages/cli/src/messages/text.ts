import pc from 'picocolors'
import { printable } from '../terminal.js'
import { type MediumName, messageMedia } from './media.js'
import type { RenderedMessage } from './render.js'

const colours: Readonly<Record<string, (text: string) => string>> = {
  critical: pc.red,
  error: pc.red,
  warning: pc.yellow,
  info: pc.blue,
  recovered: pc.green,
}

/** Messages as a terminal shows them, in one or several media. */
export function messagesText(messages: readonly RenderedMessage[], media: readonly MediumName[]): string {
  return messages
    .flatMap((message) => media.map((medium) => messageText(message, medium)))
    .map((text) => `${text}\n`)
    .join('\n')
}

function messageText({ kind, level, media }: RenderedMessage, medium: MediumName): string {
  const { title: mediumTitle, format } = messageMedia[medium]
  const { title, body, level: shownLevel } = media[medium]
  const bar = (colours[level] ?? ((text: string) => text))('▌')
  const lines = [
    ...(title === '' ? [] : [pc.bold(title)]),
    ...(format === 'html' ? htmlAsText(body) : body).split('\n').filter((line) => line.trim() !== ''),
  ]
  const head = `${kind.toUpperCase()} ${pc.dim(`${mediumTitle}${shownLevel === undefined ? '' : `, ${shownLevel}`}`)}`
  return [head, ...lines.map((line) => `${bar} ${printable(line)}`)].join('\n')
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#34': '"',
  '#39': "'",
}

/** The text of our own HTML, with the addresses of its links. */
export function htmlAsText(html: string): string {
  return html
    .replaceAll(/<head>.*<\/head>/gs, '')
    .replaceAll(/<a href="([^"]*)">([^<]*)<\/a>/g, '$2: $1')
    .replaceAll('<li>', '• ')
    .replaceAll(/<\/(?:h1|p|li|ul|b)>/g, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#34|#39);/g, (_, name: string) => entities[name] ?? '')
}
