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

/**
 * Loads the rules of secretlint, which find passwords, keys and tokens of many services.
 * @throws MnemoscopeError TOOL_MISSING if the package is not installed
 */
export async function secretScan(): Promise<SecretScan> {
  const { lintSource, rule } = await load()
  const id = '@secretlint/secretlint-rule-preset-recommend'
  const options = { config: { rules: [{ id, rule }] }, noPhysicFilePath: true, maskSecrets: true }
  let parts: { readonly index: number; readonly end: number }[] = []
  let texts: string[] = []
  let length = 0
  let added = 0

  function addPart(text: string): void {
    texts.push(text)
    length += text.length + 1
    parts.push({ index: added, end: length })
  }

  return {
    add(text) {
      // In a text, these would be comments that tell secretlint to look away.
      const plain = text.replaceAll('secretlint-', 'secretlint ')
      for (let from = 0; from === 0 || from + overlap < plain.length; from += batch - overlap)
        addPart(plain.slice(from, from + batch))
      added++
      return length >= batch
    },
    async flush() {
      const [content, of] = [texts.join('\n'), parts]
      parts = []
      texts = []
      length = 0
      if (content === '') return []
      const source = { filePath: 'entries.txt', content, contentType: 'text', ext: '.txt' } as const
      const { messages } = await lintSource({ source, options })
      const found = new Map<number, string>()
      for (const { range, messageId, ruleId } of messages) {
        const part = of.find(({ end }) => range[0] < end)
        const kind = messageId.toLowerCase().replaceAll('_', ' ')
        if (part !== undefined && !found.has(part.index)) found.set(part.index, kind || ruleId)
      }
      return [...found].map(([index, kind]) => ({ index, kind }))
    },
  }
}

async function load() {
  try {
    const [{ lintSource }, { creator }] = await Promise.all([
      import('@secretlint/core'),
      import('@secretlint/secretlint-rule-preset-recommend'),
    ])
    return { lintSource, rule: creator }
  } catch (cause) {
    throw new MnemoscopeError('TOOL_MISSING', 'secretlint is not installed, so no secrets are found', {
      value: '@secretlint/core',
      expected: '@secretlint/core and @secretlint/secretlint-rule-preset-recommend',
      next: 'Run npm install @secretlint/core @secretlint/secretlint-rule-preset-recommend, or switch off secrets.',
      cause,
    })
  }
}
