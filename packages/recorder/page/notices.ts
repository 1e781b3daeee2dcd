import type { AnswerOf } from '../src/api/contract.js'
import { byId, element } from './dom.js'
import { showList } from './list.js'

/** What to know of the services beside their values; nothing where it is unknown, which the status says. */
export function showNotices(notices: AnswerOf<'GET /api/notices'>['notices']): void {
  const shown = notices ?? []
  byId('service-notices').hidden = shown.length === 0
  showList(
    byId('service-notices'),
    shown,
    ({ text }) => text,
    ({ text }) => element('li', {}, text),
  )
}
