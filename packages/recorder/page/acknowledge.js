import { send } from './ask.js'
import { byId, setText } from './element.js'

const nameKey = 'mnemoscope.name'
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
    await send(`/api/episodes/${alert.id}/acknowledge`, { by, ...(comment ? { comment } : {}) })
    localStorage.setItem(nameKey, by)
    byId('acknowledge-comment').value = ''
    byId('acknowledge').close()
    done()
  } catch (error) {
    setText(byId('acknowledge-error'), `Not stored: ${error.message}`)
  } finally {
    button.disabled = false
  }
}
