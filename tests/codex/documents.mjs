// The documents that Codex reads by itself: `tine context` says what the model is given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { contextThatHolds, git, mark, put, putMarked } from '../clients/documents.mjs';
import { runProgram } from '../clients/server.mjs';
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

test('codex documents: a session that loads less is given what context says', async () => {
  for (const [settings, ...flags] of [[{}, 'noLoad=*'], [{}, 'settingSources=user', 'skills=false'], [{}, 'skills=false'],
    [{ tineConfig: 'config = { project_doc_max_bytes = 4000, "skills.include_instructions" = true }' }, 'noLoad=*', 'skills=false']]) {
    const { world, repository, inner } = await make(settings);
    putMarked(join(repository, 'AGENTS.md'), join(inner, 'AGENTS.md'), join(world.home, '.codex/AGENTS.md'));
    put(join(inner, '.agents/skills/digging/SKILL.md'), '---\nname: digging\ndescription: Digs holes for trees\n---\nDig.\n');
    put(join(inner, '.codex/config.toml'), 'model = "of-the-project"\n');
    for (const trust of [[], ['--trust']]) {
      const { documents } = await contextThatHolds(world, inner, ...trust, ...flags.flatMap((each) => ['--context', each]));
      assert.equal(documents.length, flags[0] === 'skills=false' ? 3 : 1);
      const { body } = world.model.requests().at(-1);
      assert.equal(/Digs holes/.test(JSON.stringify(body)), !flags.includes('skills=false'));
      assert.equal(body.model === 'of-the-project', trust.length > 0 && flags[0] !== 'settingSources=user');
    }
  }
  const { world, inner } = await make();
  for (const [flag, why] of [['settingSources=project', /always loads the user's settings/],
    ['settingSources=user', /leave out the skills, too/], ['noLoad=AGENTS.md', /only together: name "\*"/]]) {
    for (const verb of [['context'], ['run', 'x']]) {
      const { code, stderr } = await runProgram([...verb, '--context', flag], { env: world.environment(), cwd: inner });
      assert.equal(code, 1, stderr);
      assert.match(stderr, why);
    }
  }
});

test('codex documents: what a session loads is kept, in its forks and after a restart', async () => {
  const { world, inner } = await make();
  putMarked(join(inner, 'AGENTS.md'));
  const runs = async (...args) => {
    const { code, stdout, stderr } = await runProgram([...args, '--json'], { env: world.environment(), cwd: inner });
    assert.equal(code, 0, stderr);
    const { body } = world.model.requests().at(-1);
    assert.doesNotMatch(JSON.stringify(body), /The mark is/);
    return { answer: JSON.parse(stdout), // Each thread gives the messages names of its own, which no model reads.
      given: JSON.stringify([body.tools, body.input.slice(0, 2)]).replace(/"id":"[^"]*",/g, '') };
  };
  const { answer, given } = await runs('run', 'first', '--context', 'noLoad=*', '--context', 'skills=false');
  assert.equal((await runs('reply', answer.sessionId, 'second')).given, given);
  const forked = await runs('fork', answer.sessionId, 'third');
  assert.deepEqual([forked.answer.fork.strategy, forked.given], ['native', given]);
});
