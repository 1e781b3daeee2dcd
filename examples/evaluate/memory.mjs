// A small memory: full-text search in this process. In its place, call yours.
import MiniSearch from 'minisearch'

const scopes = new Map()

function indexOf(scope) {
  if (!scopes.has(scope)) scopes.set(scope, new MiniSearch({ fields: ['text'] }))
  return scopes.get(scope)
}

/** @type {import('@mnemoscope/evaluation').Memory} */
export default {
  add: ({ id, text }, { scope }) => indexOf(scope).add({ id, text }),
  search: (question, { scope, limit }) => indexOf(scope).search(question).slice(0, limit),
  update: ({ id, text }, { scope }) => indexOf(scope).replace({ id, text }),
  delete: (id, { scope }) => indexOf(scope).discard(id),
}
