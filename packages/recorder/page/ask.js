/** A connection that a sleeping laptop or a network lost may never end by itself, and the page would wait with it. */
const longestAnswerMs = 60_000

/** The recorder's newest answer, whatever it is. */
export function answer(path, options = {}) {
  return fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(longestAnswerMs), ...options })
}

/** The recorder's answer as JSON. @throws an error whose message is fit for people */
export async function ask(path, options = {}) {
  const response = await answer(path, options)
  if (!response.ok) throw await refusal(response)
  return response.json()
}

/**
 * Sends JSON, with the recorder's token where one is given.
 * @throws an error as of `ask`; its `code` is TOKEN_REQUIRED where the token is missing or another
 */
export function send(path, body, token) {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
}

async function refusal(response) {
  try {
    const { error } = await response.json()
    return Object.assign(new Error(error.message), { code: error.code })
  } catch {
    return new Error(`the recorder answered ${response.status}`)
  }
}
