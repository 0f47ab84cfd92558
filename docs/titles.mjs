// A page is called by its first heading, which typedoc would call by its file.
import { Converter } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of project.documents ?? []) page.name = titleOf(page) ?? page.name;
  });
}

function titleOf({ content }) {
  const text = content.map((part) => part.text).join('');
  return /^# (.+)$/m.exec(text)?.[1];
}
