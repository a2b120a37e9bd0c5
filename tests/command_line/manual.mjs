// The manual pages, as they are made of the program and of docs/: what judges of such pages say of
// them, what they tell, and what they look like.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { directory, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';

const files = ['tine.1', 'tine-session.1', 'tine.toml.5', 'tine-transcript.5'];

async function made(docs = 'docs') {
  const folder = directory('manual');
  const ended = await runProgram([docs, folder, '2026-01-31'],
    { command: join(dirname(process.env.TINE), 'tine_manual'), cwd: process.cwd() });
  assert.deepEqual([ended.code, ended.stderr], [0, '']);
  return Object.fromEntries(files.map((file) => [file, join(folder, file)]));
}
const run = (command, ...args) => runProgram(args, { command, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } });
/// As a reader sees it, without bold and underlined.
async function shown(path) {
  const { code, stdout, stderr } = await run('mandoc', '-T', 'utf8', '-O', 'width=78', path);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.replace(/.\x08/g, '');
}

test('manual: mandoc and groff have nothing against the pages', async () => {
  for (const path of Object.values(await made())) {
    const lint = await run('mandoc', '-T', 'lint', '-W', 'style', path);
    const said = lint.stdout.split('\n').filter((line) => line && !/^mandoc: see above/.test(line) &&
      // Pages beside it that are not installed here.
      !/referenced manual not found/.test(line));
    assert.deepEqual(said, [], path);
    const groff = await run('groff', '-man', '-T', 'utf8', '-ww', '-z', path);
    assert.deepEqual([groff.code, groff.stdout, groff.stderr], [0, '', ''], path);
  }
});

test('manual: each page has the sections that readers look for', async () => {
  const paths = await made();
  const heads = (text) => [...text.matchAll(/^([A-Z][A-Z ]+)$/gm)].map(([, head]) => head);
  for (const file of ['tine.1', 'tine-session.1']) {
    const all = heads(await shown(paths[file]));
    for (const head of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'VERBS', 'EXAMPLES', 'EXIT STATUS', 'ENVIRONMENT',
      'FILES', 'SEE ALSO']) assert.ok(all.includes(head), `${file}: ${head}`);
  }
  for (const file of ['tine.toml.5', 'tine-transcript.5']) {
    const all = heads(await shown(paths[file]));
    for (const head of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'FILES', 'SEE ALSO']) assert.ok(all.includes(head), `${file}: ${head}`);
  }
});

test('manual: the pages have every verb, option, exit code, setting and record', async () => {
  const paths = await made();
  const pages = Object.fromEntries(await Promise.all(files.map(async (file) => [file, await shown(paths[file])])));
  const help = async (...verbs) => (await runProgram([...verbs, '--help'])).stdout;
  const below = (text) => [...(text.split('Subcommands:')[1] ?? '').split('\n\n')[0].matchAll(/^ {2}([\w-]+) /gm)]
    .map(([, verb]) => verb);
  const options = (text) => [...text.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option)
    .filter((option) => option !== '--help');
  const has = (page, words) => assert.ok(page.replace(/\s+/g, ' ').includes(words), words);
  for (const verb of below(await help())) {
    has(pages['tine.1'], `tine ${verb}`);
    const own = await help(verb);
    if (verb === 'session') {
      for (const each of below(own)) {
        has(pages['tine-session.1'], `tine session ${each}`);
        options(await help(verb, each)).forEach((option) => has(pages['tine-session.1'] + pages['tine.1'], option));
      }
    } else {
      options(own).forEach((option) => has(pages['tine.1'], option));
    }
  }
  for (const [, code] of readFileSync('cli/exit_code.h', 'utf8').matchAll(/int \w+ = (\d+);/g))
    assert.match(pages['tine.1'], new RegExp(`^ {5,7}${code}( |$)`, 'm'));
  for (const [, key] of readFileSync('docs/config.md', 'utf8').matchAll(/^\| `([\w.]+)`/gm))
    has(pages['tine.toml.5'], key);
  for (const [, key] of readFileSync('docs/transcript.md', 'utf8').matchAll(/^\| `([\w.]+)`/gm))
    has(pages['tine-transcript.5'], key);
});

test('manual: a page as it is read', async () => {
  const text = await shown((await made())['tine-session.1']);
  assert.match(text, /^NAME\n {5,7}tine-session [-–] look after the sessions of tine\n/m);
  assert.match(text, /^ {5,7}tine session show ID \[OPTIONS\]$/m);
  assert.match(text, /^ +tine session clean\n +Removes sessions that were not used for N days;/m);
  assert.match(text, /^ +--dry-run\n? +/m);
  for (const page of Object.values(await made())) {
    const shownPage = await shown(page);
    assert.ok(!/\]\(|\*\*|^\s*\|/m.test(shownPage), `${page}: Markdown is left`);
  }
});
