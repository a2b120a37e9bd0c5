// The claims of README.md: each links to the test cases or to the figures that hold it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { test } from '../clients/cases.mjs';
import { leadsSomewhere, links } from './markdown.mjs';

const readme = readFileSync('README.md', 'utf8');
const figures = 'docs/benchmarks.md';

/// The claims are list items that begin in bold.
const claims = (text) => [...text.matchAll(/^- \*\*(?:.|\n(?!-|\n))*/gm)].map(([claim]) => claim);

/// Whether a file of tests has a case of that name.
function hasCase(path, name) {
  const source = readFileSync(path, 'utf8');
  if (path.endsWith('.txt')) return source.split('\n').includes(`== ${name}`);
  if (path.endsWith('.cpp')) return source.includes(`TEST_CASE("${name}"`);
  return source.replaceAll('\\\'', '\'').includes(`test('${name}'`);
}

/// What is wrong with the claims of a text.
function faultsOf(text) {
  const faults = [];
  for (const claim of claims(text)) {
    const all = links(claim);
    const holds = ({ path, anchor, title }) => (path === figures && anchor) || title;
    if (!all.some(holds)) faults.push(`nothing holds it: ${claim}`);
    for (const each of all) {
      if (!leadsSomewhere('README.md', each)) faults.push(`leads nowhere: ${each.link}`);
      else if (each.title && !hasCase(each.path, each.title)) faults.push(`no such case: ${each.link}`);
    }
  }
  return faults;
}

test('claims: each of README.md has the test or the figures that hold it', () => {
  assert.ok(claims(readme).length >= 6);
  assert.deepEqual(faultsOf(readme), []);
});

test('claims: a claim without proof, a dead link and a case that does not exist are found', () => {
  const held = '- **It holds**\n  ([tested](tests/process/claims.mjs\n  "claims: each of README.md has the ' +
    'test or the figures that hold it")).\n';
  assert.deepEqual(faultsOf(held), []);
  assert.deepEqual(faultsOf('- **It starts fast** ([measured](docs/benchmarks.md#codex)).\n'), []);
  for (const [text, fault] of [
    ['- **It flies.**\n', /^nothing holds it: - \*\*It flies/],
    ['- **It flies** ([how](docs/sessions.md)).\n', /^nothing holds it/],
    ['- **It flies** ([measured](docs/benchmarks.md)).\n', /^nothing holds it/],
    [held.replace('hold it"', 'held it"'), /^no such case/],
    [held.replace('claims.mjs', 'claim.mjs'), /^leads nowhere/],
    ['- **It flies** ([measured](docs/benchmarks.md#flight)).\n', /^leads nowhere/],
  ]) {
    const faults = faultsOf(text);
    assert.equal(faults.length, 1, text);
    assert.match(faults[0], fault);
  }
});
