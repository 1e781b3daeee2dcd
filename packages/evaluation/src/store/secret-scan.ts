import { setImmediate } from 'node:timers/promises'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'

/** Characters that are looked at together. The rules cost more for each call than for each character. */
const batch = 64 * 1_024

/** Characters of a long text that are looked at twice, so that a secret between two parts is found. */
const overlap = 1_024

/** Finds secrets in texts. */
export interface SecretScan {
  /** Adds a text. @returns whether enough has gathered for `flush` */
  add(text: string): boolean
  /** Looks at what was added. @returns for each text with a secret, its place among all that were added, and the kind */
  flush(): Promise<{ readonly index: number; readonly kind: string }[]>
}

/** The rule that heeds comments such as `secretlint-disable`: a text must not hide what others hold. */
const comments = '@secretlint/secretlint-rule-filter-comments'

/** What is used of a rule of secretlint: https://github.com/secretlint/secretlint/blob/master/docs/secretlint-rule.md */
interface Rule {
  readonly meta: { readonly id: string }
  readonly create: (context: RuleContext, options: object) => { file?(source: Source): unknown }
}

interface RuleContext {
  readonly sharedOptions: object
  createTranslator(messages: object): (messageId: string, data?: unknown) => Message
  report(found: { readonly message: Message; readonly range: readonly [number, number] }): void
}

interface Message {
  readonly message: string
  readonly messageId: string
}

interface Source {
  readonly content: string
  readonly filePath: undefined
  readonly contentType: 'text'
  readonly ext: string
}

/**
 * Loads the rules of secretlint, which find passwords, keys and tokens of many services. They are run here, because
 * `@secretlint/core` keeps a mark of each run for ever.
 * @throws MnemoscopeError TOOL_MISSING if the package is not installed, or is loaded from CommonJS by a Node before 20.19
 */
export async function secretScan(): Promise<SecretScan> {
  const found: { readonly at: number; readonly kind: string }[] = []
  const context: RuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId) => ({ message: messageId, messageId }),
    report: ({ message: { messageId }, range }) =>
      found.push({ at: range[0], kind: messageId.toLowerCase().replaceAll('_', ' ') }),
  }
  const rules = (await load()).map(({ create }) => create(context, {}))
  let parts: { readonly index: number; readonly text: string }[] = []
  let length = 0
  let added = 0

  /** Looks at parts together. @returns kinds of secrets by the place of the text */
  async function look(together: typeof parts): Promise<(readonly [number, string])[]> {
    found.length = 0
    const content = together.map(({ text }) => text).join('\n')
    for (const rule of rules)
      await rule.file?.({ content, filePath: undefined, contentType: 'text', ext: '' })
    let end = 0
    const ends = together.map(({ index, text }) => {
      end += text.length + 1
      return { index, end }
    })
    return found.flatMap(({ at, kind }) => {
      const part = ends.find((each) => at < each.end)
      return part === undefined ? [] : [[part.index, kind] as const]
    })
  }

  return {
    add(text) {
      for (let from = 0; from === 0 || from + overlap < text.length; from += batch - overlap) {
        const part = text.slice(from, from + batch)
        parts.push({ index: added, text: part })
        length += part.length
      }
      added++
      return length >= batch
    },
    async flush() {
      const left = parts
      parts = []
      length = 0
      const kinds = new Map<number, string>()
      for (let from = 0, to = 0; from < left.length; from = to) {
        let characters = 0
        while (to < left.length && characters < batch)
          characters += (left[to++] as { text: string }).text.length
        // A long text is looked at in several turns of the event loop.
        if (from > 0) await setImmediate()
        for (const [index, kind] of await look(left.slice(from, to)))
          if (!kinds.has(index)) kinds.set(index, kind)
      }
      return [...kinds].map(([index, kind]) => ({ index, kind }))
    },
  }
}

/** By a variable: a bundler fails for the name itself where the package is not installed. */
function optional<Module>(name: string): Promise<Module> {
  return import(name)
}

async function load(): Promise<readonly Rule[]> {
  try {
    const { rules } = await optional<typeof import('@secretlint/secretlint-rule-preset-recommend')>(
      '@secretlint/secretlint-rule-preset-recommend',
    )
    return (rules as unknown as readonly Rule[]).filter(({ meta }) => meta.id !== comments)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : cause
    throw new MnemoscopeError(
      'TOOL_MISSING',
      `the rules of secretlint do not load, so no secrets are found: ${why}`,
      {
        value: '@secretlint/secretlint-rule-preset-recommend',
        expected: 'the package @secretlint/secretlint-rule-preset-recommend',
        next: 'Run npm install @secretlint/secretlint-rule-preset-recommend, or switch off secrets.',
        cause,
      },
    )
  }
}
