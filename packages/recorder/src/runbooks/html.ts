/**
 * A runbook page as HTML, for the part of Markdown that the pages are written in: headings, paragraphs, lists, tables,
 * code, emphasis and links. Everything else is shown as it is written; no character of the text becomes markup.
 * @param root address of the recorder's page, relative to that of the runbook
 */
export function runbookHtml(markdown: string, root = '../'): string {
  const blocks = markdown
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
  const title = escaped(blocks.find((block) => block.startsWith('# '))?.slice(2) ?? 'Runbook')
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} – Mnemoscope</title>
    <link rel="icon" href="${root}page/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${root}page/theme.css">
    <link rel="stylesheet" href="${root}page/runbook.css">
  </head>
  <body>
    <nav><a href="${root}">Mnemoscope</a> · <a href="${root}runbooks/README.md">All alerts</a></nav>
    <main>
${blocks.map((block) => blockHtml(block).replaceAll('<a href="/', `<a href="${root}`)).join('\n')}
    </main>
  </body>
</html>
`
}

function blockHtml(block: string): string {
  const [, marks, heading] = /^(#{1,3}) (.*)$/.exec(block) ?? []
  if (marks !== undefined && heading !== undefined)
    return `<h${marks.length}>${inline(heading)}</h${marks.length}>`
  const lines = block.split('\n')
  if (lines.every((line) => line.startsWith('|'))) return tableHtml(lines)
  if (/^- /.test(block)) return listHtml('ul', lines, /^- /)
  if (/^\d+\. /.test(block)) return listHtml('ol', lines, /^\d+\. /)
  return `<p>${inline(lines.join(' '))}</p>`
}

/** Lines that begin no item belong to the one before. */
function listHtml(tag: 'ul' | 'ol', lines: readonly string[], mark: RegExp): string {
  const items: string[] = []
  for (const line of lines) {
    if (mark.test(line)) items.push(line.replace(mark, ''))
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return `<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${tag}>`
}

function tableHtml(lines: readonly string[]): string {
  const row = (line: string, tag: string) => {
    const cells = line.replaceAll(/^\||\|$/g, '').split('|')
    return `<tr>${cells.map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`).join('')}</tr>`
  }
  const [head = '', , ...rest] = lines
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rest.map((line) => row(line, 'td')).join('')}</tbody></table>`
}

/** Code is taken first: what stands in it is neither a link nor emphasis. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? `<code>${escaped(part.slice(1, -1))}</code>` : marked(part)))
    .join('')
}

function marked(text: string): string {
  return escaped(text)
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, name: string, address: string) =>
      isHarmless(address) ? `<a href="${address}">${name}</a>` : name,
    )
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\*([^*]+)\*/g, '<em>$1</em>')
}

/** Another runbook page, a page of the recorder or of the web; what lies elsewhere in the project is not served. */
function isHarmless(address: string): boolean {
  return /^(?:https?:\/\/|\/(?![/\\])|[a-z0-9-]+\.md(?:#|$)|README\.md$)/.test(address)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
