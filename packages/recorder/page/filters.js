import { addressOf, windows } from './address.js'
import { byId, element } from './element.js'
import { formatContext } from './format.js'
import { showList } from './keyed.js'
import { formatUtc } from './time.js'

const selects = { service: 'filter-service', model: 'filter-model', context_size: 'filter-context' }

/** Every value that was seen of a filter: a model that has stopped reporting can still be chosen. */
const seen = { service: new Set(), model: new Set(), context_size: new Set() }

/** How many of them were offered when choices were last made. */
const shown = { service: 0, model: 0, context_size: 0 }

/**
 * Time range and filters, which are in the address too.
 * @param {() => object} address
 * @param {(changes: object) => void} go
 */
export function startFilters(address, go) {
  byId('windows').addEventListener('click', (event) => {
    const link = event.target.closest('a')
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go({ hours: Number(link.dataset.hours), from: undefined, to: undefined })
  })
  for (const [name, id] of Object.entries(selects)) {
    byId(id).addEventListener('change', () => go({ [name]: byId(id).value || undefined }))
  }
  showWindows(address())
}

/** The windows to choose from, and the one between two times that was marked in a chart. */
export function showWindows(address) {
  const items = Object.entries(windows).map(([text, hours]) => ({
    text,
    hours,
    href: addressOf({ ...address, hours, from: undefined, to: undefined }),
    isCurrent: !address.from && hours === address.hours,
  }))
  showList(
    byId('windows'),
    items,
    ({ text }) => text,
    ({ text, hours, href, isCurrent }) =>
      element(
        'a',
        {
          href,
          'data-hours': String(hours),
          'data-focus': text,
          'aria-current': isCurrent ? 'true' : undefined,
        },
        text,
      ),
  )
  byId('window-custom').hidden = !address.from
  if (address.from) {
    const [from, to] = [address.from, address.to].map((iso) => formatUtc(Date.parse(iso) / 1_000))
    byId('window-custom').textContent = `${from} to ${to} UTC`
  }
}

/** Adds what the data have to the choices. */
export function showFilters(address, data) {
  for (const series of data.current) for (const name of Object.keys(seen)) seen[name].add(series[name])
  for (const model of Object.keys(data.model_performance)) seen.model.add(model)
  for (const [name, id] of Object.entries(selects)) {
    const chosen = address[name]
    if (chosen) seen[name].add(chosen)
    // Choices are made anew only when there are more: a thousand models are a thousand elements.
    if (shown[name] === seen[name].size) {
      byId(id).value = chosen ?? ''
      continue
    }
    shown[name] = seen[name].size
    const values = [...seen[name]].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    byId(id).closest('label').hidden = values.length < 2 && !chosen
    const options = [
      { value: '', text: 'all' },
      ...values.map((value) => ({ value, text: name === 'context_size' ? formatContext(value) : value })),
    ]
    showList(
      byId(id),
      options,
      ({ value }) => value,
      ({ value, text }) => element('option', { value }, text),
    )
    byId(id).value = chosen ?? ''
  }
}
