// What a typed service writes with the AI SDK, of every major that the adapter takes.
import type { Monitor } from '@mnemoscope/instrumentation'
import { instrumentTool, languageModelMiddleware } from '@mnemoscope/instrumentation/ai-sdk'
import { jsonSchema, tool, wrapLanguageModel } from 'ai'

type Model = Parameters<typeof wrapLanguageModel>[0]['model']

export function main(monitor: Monitor, model: Model) {
  const searchMemory = tool({
    inputSchema: jsonSchema<{ query: string }>({ type: 'object' }),
    execute: async ({ query }: { query: string }) => `found ${query}`,
  })
  const tools = {
    searchMemory: instrumentTool(searchMemory, monitor, { model: 'gpt-4o', contextSize: 131_072 }),
  }
  const found: typeof searchMemory = tools.searchMemory
  const middleware = languageModelMiddleware(monitor, {
    contextSize: (id) => (id === 'gpt-4o' ? 131_072 : 8_192),
  })
  return { found, model: wrapLanguageModel({ model, middleware }) }
}
