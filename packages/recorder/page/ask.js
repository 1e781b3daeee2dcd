/** The recorder's answer as JSON. @throws an error whose message is fit for people */
export async function ask(path, options = {}) {
  const response = await fetch(path, { cache: 'no-store', ...options })
  if (!response.ok) throw new Error(await reason(response))
  return response.json()
}

/** Sends JSON. */
export function send(path, body) {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function reason(response) {
  try {
    const { error } = await response.json()
    return error.message
  } catch {
    return `the recorder answered ${response.status}`
  }
}
