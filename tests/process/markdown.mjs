// Reads our pages: their links and the anchors of their headings.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/// The links of a text to our own files: where to, and the title, which may name a test case.
export const links = (text) =>
  [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?(?:\s+"([^"]*)")?\)/g)]
    .map(([link, path, anchor, title]) => ({ link, path, anchor, title: title?.replace(/\s+/g, ' ') }));

/// The anchors that headings make.
const anchors = (page) => [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)]
  .map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'));

/// Whether a link of that page leads to a file that is there, and to a heading in it.
export function leadsSomewhere(page, { path, anchor }) {
  const target = path ? join(dirname(page), path) : page;
  return existsSync(target) && (!anchor || anchors(target).includes(anchor));
}
