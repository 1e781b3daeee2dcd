import type { ChartContent } from './chart-frame.js'
import { byId, element, setText } from './dom.js'
import type { PictureText } from './picture.js'

/** What a picture is made of. */
export interface PictureParts extends PictureText {
  readonly chart?: ChartContent | undefined
}

/** Something that can be sent to others. */
interface Shared {
  /** What it is, for people who only hear the buttons. */
  readonly name: string
  /** Where it is, from this page on. */
  readonly link: () => string
  readonly picture: () => PictureParts | Promise<PictureParts>
}

/** Buttons that copy the link to something, and save its picture. */
export function shareButtons({ name, link, picture }: Shared): HTMLSpanElement {
  const copy = button('Copy link', name)
  copy.addEventListener('click', () => void copyLink(new URL(link(), location.href).href, copy))
  const save = button('Save image', name)
  save.addEventListener('click', () => {
    save.disabled = true
    savePicture(picture, name)
      .then(
        () => announce('The image is saved.'),
        (error) => announce(`No image: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        save.disabled = false
      })
  })
  return element('span', { class: 'share' }, copy, save)
}

function button(text: string, of: string): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', class: 'quiet', 'data-focus': `${text} ${of}` },
    text,
    element('span', { class: 'unseen' }, ` of ${of}`),
  )
}

/** Browsers give the clipboard to pages of HTTPS and of this machine only; elsewhere the link is shown to be copied by hand. */
async function copyLink(link: string, from: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(link)
    announce('The link is copied.')
  } catch {
    const shown = byId('share-link', HTMLInputElement)
    shown.value = link
    byId('share', HTMLDialogElement).showModal()
    shown.select()
    byId('share', HTMLDialogElement).addEventListener('close', () => from.focus(), { once: true })
  }
}

async function savePicture(picture: Shared['picture'], name: string): Promise<void> {
  // Few readers save images, and only they load what makes them.
  const [{ drawPicture }, { paint }] = await Promise.all([import('./picture.js'), import('./paint.js')])
  const { chart, ...text } = await picture()
  const address = URL.createObjectURL(await paint(drawPicture(text, chart)))
  const file = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
  element('a', { href: address, download: `${file.slice(0, 80)}.png` }).click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

let forget: ReturnType<typeof setTimeout> | undefined

/** Says for a moment what a button did. */
function announce(text: string): void {
  clearTimeout(forget)
  setText(byId('toast'), text)
  forget = setTimeout(() => setText(byId('toast'), ''), 6_000)
}
