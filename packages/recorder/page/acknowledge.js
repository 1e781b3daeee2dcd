import { send } from './ask.js'
import { byId, setText } from './element.js'

const nameKey = 'mnemoscope.name'
/** Kept as long as the tab: a token is a secret. */
const tokenKey = 'mnemoscope.token'
let alert
let done = () => {}

/** @param {() => void} onDone called after something was stored */
export function startAcknowledge(onDone) {
  done = onDone
  byId('acknowledge').addEventListener('submit', submit)
  byId('acknowledge-cancel').addEventListener('click', () => byId('acknowledge').close())
}

/** Asks who takes notice of an alert, and for a comment. */
export function openAcknowledge(given) {
  alert = given
  setText(byId('acknowledge-title'), `Acknowledge: ${alert.title}`)
  setText(byId('acknowledge-error'), '')
  byId('acknowledge-by').value ||= localStorage.getItem(nameKey) ?? ''
  byId('acknowledge').showModal()
}

async function submit(event) {
  event.preventDefault()
  const by = byId('acknowledge-by').value.trim()
  const comment = byId('acknowledge-comment').value.trim()
  const button = byId('acknowledge-send')
  button.disabled = true
  try {
    const token = byId('acknowledge-token').value || sessionStorage.getItem(tokenKey)
    await send(`/api/episodes/${alert.id}/acknowledge`, { by, ...(comment ? { comment } : {}) }, token)
    localStorage.setItem(nameKey, by)
    if (token) sessionStorage.setItem(tokenKey, token)
    byId('acknowledge-comment').value = ''
    byId('acknowledge').close()
    done()
  } catch (error) {
    const needsToken = error.code === 'TOKEN_REQUIRED'
    setText(
      byId('acknowledge-error'),
      needsToken
        ? 'Not stored: this recorder takes changes with its token only (MNEMOSCOPE_TOKEN).'
        : `Not stored: ${error.message}`,
    )
    if (!needsToken) return
    sessionStorage.removeItem(tokenKey)
    byId('acknowledge-token-label').hidden = false
    byId('acknowledge-token').focus()
  } finally {
    button.disabled = false
  }
}
