/** What a person sees who opens the address. It has no script and no style. */
export function frontPage(models: readonly string[]): string {
  const items = models.map((name) => {
    const path = `/v1/models/${encodeURIComponent(name)}`;
    return `<li><a href="${path}">${escapeHtml(name)}</a>: <code>POST ${escapeHtml(path)}/classify</code></li>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Clipstep</title>
<h1>Clipstep</h1>
<p>This server classifies video clips and image sequences. Its models:</p>
<ul>${items.join('')}</ul>
<p><a href="/openapi.json">All routes</a>, <a href="/metrics">metrics</a></p>
</html>
`;
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
