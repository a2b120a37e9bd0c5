// The documents that Codex reads by itself: `tine context` says what the model is given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { contextThatHolds, git, mark, put, putMarked } from '../clients/documents.mjs';
import { World } from './world.mjs';

/// A repository with two folders below each other.
async function make(settings) {
  const world = await World.make(settings);
  const repository = join(world.project, 'repository');
  const inner = join(repository, 'outer/inner');
  mkdirSync(inner, { recursive: true });
  git(repository, 'init', '-q');
  return { world, repository, outer: join(repository, 'outer'), inner };
}

test('codex documents: context lists what a session is given, in its order, and nothing else',
  async () => {
    const { world, repository, outer, inner } = await make();
    for (const folder of [world.project, repository, outer, inner, join(inner, 'below')])
      putMarked(join(folder, 'AGENTS.md'), join(folder, 'CLAUDE.md'), join(folder, 'GEMINI.md'));
    putMarked(join(outer, 'AGENTS.override.md'), join(world.home, '.codex/AGENTS.md'),
      join(world.home, '.codex/instructions.md'));
    const { documents, backend, known } = await contextThatHolds(world, inner);
    assert.deepEqual([backend, known], ['codex', true]);
    assert.deepEqual(documents.map(({ path, of, by }) => [path, of, by]), [
      [join(world.home, '.codex/AGENTS.md'), 'user', 'backend'],
      ...[join(repository, 'AGENTS.md'), join(outer, 'AGENTS.override.md'), join(inner, 'AGENTS.md')]
        .map((path) => [path, 'project', 'backend'])]);
    assert.equal((await contextThatHolds(world, repository, '--trust')).documents.length, 2);
    assert.equal((await contextThatHolds(world, world.project)).documents.length, 2);
  });

test('codex documents: what the limit cuts, and what is behind it', async () => {
  const { world, repository, outer, inner } = await make();
  for (const folder of [repository, outer, inner])
    put(join(folder, 'AGENTS.md'), Array.from({ length: 1000 }, mark).join('\n'));
  const { documents, notGiven } = await contextThatHolds(world, inner);
  const [first, second] = documents;
  assert.equal(first.givenBytes, first.bytes);
  assert.equal(first.givenBytes + second.givenBytes, 32768);
  assert.ok(second.givenBytes < second.bytes);
  assert.match(notGiven[0].why, /project_doc_max_bytes/);
});

test('codex documents: empty ones, links, circles and what is no file', async () => {
  for (const lay of [
    ({ inner }) => { put(join(inner, 'AGENTS.override.md'), ' \n'); putMarked(join(inner, 'AGENTS.md')); },
    ({ world, inner }) => { putMarked(join(world.home, 'out')); symlinkSync(join(world.home, 'out'), join(inner, 'AGENTS.md')); },
    ({ inner }) => symlinkSync('AGENTS.md', join(inner, 'AGENTS.md')),
    ({ inner }) => symlinkSync('nowhere', join(inner, 'AGENTS.md')),
    ({ outer, inner }) => { mkdirSync(join(outer, 'AGENTS.md')); putMarked(join(inner, 'AGENTS.md')); },
    ({ inner }) => { execFileSync('mkfifo', [join(inner, 'AGENTS.override.md')]); putMarked(join(inner, 'AGENTS.md')); },
    ({ inner }) => put(join(inner, 'AGENTS.md'), Buffer.concat([Buffer.from(mark()), Buffer.from([0xff, 0xfe])])),
    ({ repository, inner }) => { git(repository, 'commit', '-q', '--allow-empty', '-m', 'x'); git(repository, 'worktree', 'add', '-q', join(inner, 'w')); putMarked(join(inner, 'w/AGENTS.md')); return join(inner, 'w'); },
  ]) {
    const place = await make();
    putMarked(join(place.repository, 'AGENTS.md'), join(place.world.home, '.codex/AGENTS.md'));
    await contextThatHolds(place.world, lay(place) ?? place.inner);
  }
});

test('codex documents: what the configuration of Codex and of the backend says counts', async () => {
  const names = 'project_doc_fallback_filenames = ["CLAUDE.md", "docs/x.md"]';
  for (const [settings, trust] of [[{ codexTop: names }], [{ tineConfig: `config = { ${names} }` }],
    [{ codexTop: 'project_doc_max_bytes = 20' }], [{ codexTop: 'project_doc_max_bytes = 0' }],
    [{ codexTop: 'project_root_markers = [".root"]' }], [{}], [{}, '--trust']]) {
    const { world, repository, outer, inner } = await make(settings);
    putMarked(join(repository, 'AGENTS.md'), join(outer, 'CLAUDE.md'), join(outer, '.root'),
      join(inner, 'docs/x.md'));
    put(join(repository, '.codex/config.toml'), names);
    await contextThatHolds(world, inner, ...trust ? [trust] : []);
    appendFileSync(world.codexConfiguration, `[projects."${repository}"]\ntrust_level = "untrusted"\n`);
    await contextThatHolds(world, inner);
  }
});
