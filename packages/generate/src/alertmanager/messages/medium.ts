/** How a Go template writes text of others, such as a model's name, so that it stays text in a medium. */
export interface Medium {
  readonly name: string
  /** What follows a value in its pipeline. */
  readonly escape: string
  /** The mark before a place of a list. */
  readonly bullet: string
  /** What ends a line. */
  readonly newLine: string
}

/** A Go string literal. */
export function quoted(text: string): string {
  return JSON.stringify(text)
}

function replaced(...pairs: readonly (readonly [pattern: string, replacement: string])[]): string {
  return pairs.map(([pattern, by]) => ` | reReplaceAll ${quoted(pattern)} ${quoted(by)}`).join('')
}

/** Slack's control characters; its format characters do nothing, because `mrkdwn_in` names no field of ours. */
const slack: Medium = {
  name: 'slack',
  escape: replaced(['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;']),
  bullet: '• ',
  newLine: '\n',
}

/** What means something in Markdown; a mention gets a space of no width, since nothing escapes it. */
const markdown: Medium = {
  name: 'markdown',
  escape: replaced(['([\\\\`*_{}\\[\\]()<>#+!|~-])', '\\$1'], ['@', '@\u200b']),
  bullet: '- ',
  newLine: '\n\n',
}

/** Where nothing has a meaning, and where Alertmanager's HTML engine escapes by itself: mail, PagerDuty, Telegram. */
const plain: Medium = { name: 'text', escape: '', bullet: '• ', newLine: '\n' }

export const media = { slack, markdown, plain } as const

/** Longest text of others, by what it is. */
const longest = { name: 60, sentence: 300 } as const

export type ShownAs = keyof typeof longest

/** A text of others within a line, as the template of `valueTemplates` writes it. */
export function shown(value: string, { name }: Medium, as: ShownAs = 'name'): string {
  return `{{ template "${templateName(name, as)}" ${value} }}`
}

function templateName(medium: string, as: ShownAs): string {
  return `mnemoscope.${medium}.${as}`
}

/** Templates that write a text without line breaks and invisible characters, cut at its length, and escaped. */
export function valueTemplates({ name, escape: escaping }: Medium): [name: string, text: string][] {
  return Object.entries(longest).map(([as, length]) => {
    const clean = replaced(['[\\p{C}\\p{Z}]+', ' '], [`^(.{${length}}).+$`, '$1…'])
    return [templateName(name, as as ShownAs), `{{ .${clean}${escaping} }}`]
  })
}
