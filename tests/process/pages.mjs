// What the docs say is there: files that they link to, verbs, options, exit codes, settings.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { leadsSomewhere, links } from './markdown.mjs';

const pages = ['README.md', 'CONTRIBUTING.md',
  ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
const text = (page) => readFileSync(page, 'utf8');

test('docs: every link to a file or a heading leads somewhere', () => {
  const dead = pages.flatMap((page) => links(text(page))
    .filter((each) => !leadsSomewhere(page, each)).map(({ link }) => `${page}: ${link}`));
  assert.deepEqual(dead, []);
});

test('docs: files and folders that the map names exist', () => {
  const named = [...text('docs/architecture.md').matchAll(/`([a-z_\d]+\/[a-z_\d/.]*)`/g)]
    .map(([, path]) => path);
  assert.ok(named.length > 10);
  // A path within a layer is given from the layer's folder.
  const layers = ['', 'base', 'transport', 'executor', 'session', 'conformance'];
  const missing = named.filter((path) => !layers.some((layer) => existsSync(join(layer, path))));
  assert.deepEqual(missing, []);
});

test('docs: cli.md has the verbs and options of the program, and only those', async () => {
  const page = text('docs/cli.md');
  const below = (help) => [...(help.split('Subcommands:')[1] ?? '').split('\n\n')[0].matchAll(/^ {2}([\w-]+) /gm)]
    .map(([, verb]) => verb);
  const options = (help) => [...help.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option);
  const helpOf = async (...verbs) => (await runProgram([...verbs, '--help'])).stdout;
  const help = await helpOf();
  const verbs = below(help);
  assert.deepEqual([...page.matchAll(/^### `tine (\w+)/gm)].map(([, verb]) => verb).sort(),
    [...verbs].sort());
  const known = new Set(options(help));
  for (const verb of verbs) {
    const own = await helpOf(verb);
    options(own).forEach((option) => known.add(option));
    const documented = [...page.matchAll(new RegExp(`^\\| \`${verb} ([\\w-]+)`, 'gm'))];
    assert.deepEqual(documented.map(([, name]) => name).sort(), below(own).sort());
    for (const each of below(own)) options(await helpOf(verb, each)).forEach((o) => known.add(o));
  }
  assert.deepEqual([...new Set(options(page))].sort(), [...known].sort());
});

test('docs: cli.md has the exit codes of the program', () => {
  const codes = [...text('cli/exit_code.h').matchAll(/int (\w+) = (\d+);/g)];
  assert.ok(codes.length >= 5);
  const rows = [...text('docs/cli.md').split('## Exit codes')[1].matchAll(/^\| (\d+)/gm)];
  assert.deepEqual(rows.map(([, code]) => code), codes.map(([, , code]) => code));
});

test('docs: versions.md has the versions that the program knows and that the tests pin', () => {
  for (const [title, name, dependency] of [['Codex', 'codex', '@openai/codex'],
    ['Claude Code', 'claude', '@anthropic-ai/claude-code']]) {
    const known = (which) =>
      new RegExp(`\\.${which} = "(.*?)"`).exec(text(`executor/${name}/program.h`))[1];
    const pinned = JSON.parse(text(`tests/${name}/package.json`)).dependencies[dependency];
    const row = new RegExp(`^\\| \\[${title}\\].*$`, 'm').exec(text('docs/versions.md'))[0];
    assert.deepEqual(row.split('|').slice(2, 5).map((cell) => cell.trim()),
      [known('oldest'), pinned, known('newest')]);
  }
});

test('docs: settings that are JSON can be read, and name the program alike', () => {
  for (const page of ['README.md', 'docs/editors.md']) {
    const blocks = [...text(page).matchAll(/^```json\n(.*?)^```/gms)].map(([, json]) => JSON.parse(json));
    assert.ok(blocks.length >= 2);
    for (const { agent_servers: { tine } } of blocks) {
      assert.ok(tine.command.endsWith('/tine'));
      assert.deepEqual(tine.args, ['acp']);
    }
  }
});
