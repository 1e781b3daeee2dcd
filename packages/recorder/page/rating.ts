import { knownName, openNote } from './acknowledge.js'
import { type AlertEpisode, ask } from './api.js'
import { element, setText } from './dom.js'
import { askToSignIn } from './sign-in.js'
import { timeOf } from './time.js'

const choices = { useful: 'Useful', noise: 'Noise' } as const
type Rating = keyof typeof choices

let onRated: () => void = () => {}

/** @param rated called after a rating was stored */
export function startRating(rated: () => void): void {
  onRated = rated
}

/** Buttons that say whether an alert was worth the interruption. A second click takes it back. */
export function ratingOf({ id, rating: last }: AlertEpisode, title: string): HTMLSpanElement {
  const failure = element('span', { class: 'worse', role: 'alert' })
  const buttons = Object.entries(choices).map(([rating, text]) => {
    const isChosen = last?.rating === rating
    const button = element(
      'button',
      {
        ...{
          type: 'button',
          class: 'quiet for-acknowledge',
          'aria-pressed': String(isChosen),
          'data-focus': `${rating}-${id}`,
        },
      },
      text,
      element('span', { class: 'unseen' }, `: ${title}`),
    )
    button.addEventListener('click', () => {
      const given = isChosen ? null : (rating as Rating)
      const by = knownName()
      // Only the first time somebody rates, the page has to ask who it is.
      if (by === '')
        openNote({ heading: `${text}: ${title}`, send: text, store: (note) => store(id, given, note) })
      else store(id, given, { by }).then(onRated, (error) => setText(failure, reasonOf(error)))
    })
    return button
  })
  return element(
    'span',
    { class: 'rating', role: 'group', 'aria-label': `Was it worth the interruption? ${title}` },
    ...buttons,
    last === null
      ? null
      : element(
          'span',
          {},
          element('span', { class: 'instead-of-acknowledge' }, `${choices[last.rating]} `),
          'by ',
          element('strong', {}, last.by),
          ' at ',
          timeOf(last.at),
        ),
    failure,
  )
}

function store(id: number, rating: Rating | null, note: { readonly by: string; readonly comment?: string }) {
  return ask('POST /api/episodes/{id}/rating', { params: { id: String(id) }, body: { rating, ...note } })
}

function reasonOf(error: unknown): string {
  if (askToSignIn(error)) return 'Not stored: sign in, then rate again.'
  return `Not stored: ${error instanceof Error ? error.message : String(error)}`
}
