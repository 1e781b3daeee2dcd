import { answer } from './ask.js'

/** What keeps the recorder from its work, one sentence each; none where it works. */
export async function readinessProblems() {
  // Not ready is an answer too: 503 with the same content.
  const { problems } = await (await answer('/readyz')).json()
  return problems
}
