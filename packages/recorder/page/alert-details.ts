import { element } from './dom.js'
import { now } from './time.js'

/** Something about an alert that is asked when the reader opens it. */
interface Details {
  readonly node: HTMLDetailsElement
  load(): Promise<void>
}

/** What is shown of each alert, by its id: it outlives the card around it, and stays open if it was opened. */
const shown = new Map<number, Map<string, Details>>()

interface Source<Answer> {
  readonly ask: () => Promise<Answer>
  readonly show: (answer: Answer) => Node
  /** Seconds between two questions. Default: none. */
  readonly restSeconds?: number
  /** An alert this young is asked about again with every change. Default 900: what it does has only begun to show. */
  readonly youngSeconds?: number
}

/** @param summary what it is about; an alert has one of each */
export function alertDetails<Answer>(
  { id, timestamp }: { readonly id: number; readonly timestamp: number },
  summary: string,
  isOpened: boolean,
  { ask, show, restSeconds = 0, youngSeconds = 900 }: Source<Answer>,
): HTMLDetailsElement {
  const ofAlert = shown.get(id) ?? new Map<string, Details>()
  shown.set(id, ofAlert)
  const known = ofAlert.get(summary)
  if (known !== undefined) return known.node
  const content = element('div', {}, element('p', { class: 'muted' }, 'Looking …'))
  const node = element(
    'details',
    { class: 'of-alert', open: isOpened },
    element('summary', {}, summary),
    content,
  )
  let answered: string | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  const load = async () => {
    if (!node.open || now() - askedAt < restSeconds) return
    if (answered !== undefined && now() - timestamp > youngSeconds) return
    askedAt = now()
    try {
      const answer = await ask()
      const text = JSON.stringify(answer)
      if (text !== answered) content.replaceChildren(show(answer))
      answered = text
    } catch (error) {
      askedAt = Number.NEGATIVE_INFINITY
      const reason = error instanceof Error ? error.message : String(error)
      content.replaceChildren(element('p', { class: 'muted' }, `Could not be read: ${reason}`))
    }
  }
  node.addEventListener('toggle', () => void load())
  ofAlert.set(summary, { node, load })
  return node
}

/** Looks again for the alerts that fire, and forgets the others. */
export function refreshDetails(ids: readonly number[]): void {
  const firing = new Set(ids)
  for (const [id, ofAlert] of shown) {
    if (firing.has(id)) for (const { load } of ofAlert.values()) void load()
    else shown.delete(id)
  }
}
