import { printableLines } from '../platform/printable.js';

/**
 * A page of HTML that loads nothing, neither from the network nor from beside it, and runs no script.
 * @param options.title plain text.
 * @param options.body HTML.
 */
export function htmlPage({ title, body }: { title: string; body: readonly string[] }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Clipstep: ${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(title)}</h1>
${body.filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}

/** Charts take their colours from these names, so that dark mode reaches them too. */
const STYLE = `
:root { --ground: #fff; --ink: #222; --muted: #666; --rule: #ddd; --first: #2466c9; --second: #c2620a; --wrong: #b00020 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --ink: #e6e6e6; --muted: #a0a4ab; --rule: #3a3d44; --first: #6ea8ff; --second: #f0a050; --wrong: #ff7b7b }
}
body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; background: var(--ground); color: var(--ink); overflow-wrap: anywhere }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; text-align: left; vertical-align: top; overflow-wrap: normal }
th, td:not(.number) { min-width: 4.5rem }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); column-gap: 2rem } .columns > div { min-width: 0 }
.scroll { overflow-x: auto } .number { text-align: right } td.number { white-space: nowrap } .wrong { color: var(--wrong) } .muted { color: var(--muted) }
.bar { background: var(--first); height: .8rem; display: inline-block; max-width: 100% }
.share { background: color-mix(in srgb, var(--first) var(--share), transparent) }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem }
.charts svg { width: 100%; max-width: 32rem; height: auto; display: block }
figure { margin: 0; min-width: 0 } figcaption { font-size: 13px; overflow-wrap: anywhere }
.grid img, .none { width: 100%; aspect-ratio: 1; background: var(--rule) } .none { display: block }
.films { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(max(24rem, calc(4.5rem * var(--most))), 100%), 1fr)); column-gap: 2rem }
.film { display: grid; grid-template-columns: repeat(var(--frames), minmax(3.5rem, 6rem)); margin: .3rem 0 1.5rem; width: max-content; max-width: max(100%, calc(3.5rem * var(--frames))) }
.film svg { grid-column: 1 / -1; width: 100%; height: 3rem } .film img { width: 100%; padding: 0 1px; box-sizing: border-box }
.passage { margin: .3rem 0 1.5rem; font-size: 1.1rem; max-height: 16rem; overflow-y: auto }
p, .notice, .card { max-width: 48rem }
.card { border: 1px solid var(--rule); border-radius: .6rem; padding: 1rem 1.25rem; margin: 1rem 0 } .card p { margin: 0 }
.headline { font-size: 1.15rem } .headline strong { font-size: 2.6rem; line-height: 1.2; margin-right: .4rem; white-space: nowrap }
.range { position: relative; height: .5rem; border-radius: .25rem; background: var(--rule); margin: .5rem 0 .75rem }
.range span { position: absolute; left: var(--low); width: calc(var(--high) - var(--low)); height: 100%; background: var(--first); opacity: .5; border-radius: .25rem }
.range i { position: absolute; left: calc(var(--at) - 1.5px); width: 3px; top: -.2rem; height: .9rem; background: var(--ink) }
.notice { border-left: .25rem solid var(--second); padding: .1rem 1rem; margin: .75rem 0; background: color-mix(in srgb, var(--second) 8%, transparent) } .notice p, .notice ul { margin: .4rem 0 }
.top { display: flex; flex-wrap: wrap; align-items: start; column-gap: 2rem } .top > div { flex: 1 1 30rem; max-width: 48rem; min-width: 0 } .top > .tiles { flex: 1 1 20rem }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 1rem 0 } .tiles div { display: flex; flex-direction: column-reverse } .tiles dt { color: var(--muted); font-size: 13px } .tiles dd { margin: 0; font-size: 1.15rem }
pre { overflow-x: auto; font-size: 13px } summary { cursor: pointer }
`;

/** A heading and what stands below it; nothing when there is nothing. */
export function section(title: string, ...content: readonly string[]): string {
  const parts = content.filter((part) => part !== '');
  return parts.length === 0 ? '' : `<h2>${title}</h2>\n${parts.join('\n')}`;
}

/** Sections beside one another where the page is wide enough. */
export const columns = (sections: readonly string[]): string =>
  `<div class="columns">${sections.map((each) => `<div>${each}</div>`).join('\n')}</div>`;

/** What a page begins with, and what stands beside it where the page is wide enough, else below. */
export const top = (first: readonly string[], beside: string): string =>
  `<div class="top"><div>${first.join('\n')}</div>${beside}</div>`;

/** Text as it is, kept from turning the direction of what follows: names can be anybody's. */
export function text(value: string): string {
  return `<bdi>${escapeHtml(value)}</bdi>`;
}

/** Figures with their names below them. */
export const tiles = (figures: ReadonlyArray<readonly [name: string, value: string]>): string =>
  figures.length === 0
    ? ''
    : `<dl class="tiles">${figures.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`;

/** A cell of a table, its HTML given. */
export type Cell = string | { readonly number: string | number };

/** A table that scrolls by itself where it is wider than the page. */
export function table(head: readonly Cell[], rows: ReadonlyArray<readonly Cell[]>): string {
  const line = (cells: readonly Cell[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => htmlCell(cell, tag)).join('')}</tr>`;
  const lines = [...(head.length > 0 ? [line(head, 'th')] : []), ...rows.map((cells) => line(cells, 'td'))];
  return `<div class="scroll"><table>${lines.join('\n')}</table></div>`;
}

export function escapeHtml(value: string): string {
  return printableLines(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function htmlCell(cell: Cell, tag: 'td' | 'th'): string {
  return typeof cell === 'string'
    ? `<${tag}>${cell}</${tag}>`
    : `<${tag} class="number">${cell.number}</${tag}>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Charts beside one another, or below where the page is narrow. */
export const charts = (drawn: readonly string[]): string =>
  drawn.length === 0 ? '' : `<div class="charts">${drawn.join('\n')}</div>`;
