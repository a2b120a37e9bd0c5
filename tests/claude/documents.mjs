// The documents that Claude Code reads by itself: `tine context` says what the model is given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, test } from '../clients/cases.mjs';
import { contextThatHolds, git, mark, put, putMarked } from '../clients/documents.mjs';
import { runProgram } from '../clients/server.mjs';
import { World } from './world.mjs';

/// Runs a verb; what it answers, and what the model was given with the last request but one.
async function runs(world, cwd, args) {
  const before = world.model.requests().length;
  const ended = await runProgram(args, { env: world.environment(), cwd });
  assert.equal(ended.code, 0, ended.stderr);
  const bodies = world.model.requests().slice(before).map(({ body }) => body).filter(({ tools }) => tools?.length > 3);
  const { tools, system, messages } = bodies.at(-1);
  return { answer: JSON.parse(ended.stdout), tools: tools.map(({ name }) => name), system: JSON.stringify(system),
    begin: JSON.stringify(messages[0]), text: JSON.stringify(bodies) };
}

/// A repository with a folder in it.
async function make(name = 'repository') {
  const world = await World.make();
  const repository = join(world.project, name);
  const inner = join(repository, 'inner');
  mkdirSync(inner, { recursive: true });
  git(repository, 'init', '-q');
  return { world, repository, inner, user: join(world.home, '.claude') };
}

const own = ['CLAUDE.md', '.claude/CLAUDE.md', '.claude/rules/deep/one.md', 'CLAUDE.local.md'];

for (const trust of [[], ['--trust']]) {
  const how = trust.length > 0 ? 'with trust' : 'without trust';
  // Each plays a dozen sessions; with trust there is more to load.
  const register = trust.length > 0 ? test : longTest;

  test(`claude documents: context lists what a session is given, in its order, ${how}`, async () => {
    const { world, repository, inner, user } = await make();
    for (const folder of [world.project, repository, inner, join(inner, 'below')])
      putMarked(...[...own, 'AGENTS.md', 'GEMINI.md'].map((name) => join(folder, name)));
    putMarked(...['CLAUDE.md', 'rules/deep/u.md', 'AGENTS.md', 'CLAUDE.local.md']
      .map((name) => join(user, name)));
    put(join(inner, '.claude/rules/some.md'), `---\npaths: src/**\n---\n${mark()}\n`);
    const { documents, notGiven, trusted } = await contextThatHolds(world, inner, ...trust);
    assert.equal(trusted, trust.length > 0);
    assert.equal(documents.filter(({ of }) => of === 'user').length, 2);
    assert.equal(documents.filter(({ of }) => of === 'project').length, trusted ? 12 : 3);
    const why = (path) => notGiven.find((each) => each.path === path)?.why;
    assert.equal(why(join(repository, 'CLAUDE.md')), trusted ? undefined : 'the folder is not trusted');
    assert.match(why(join(inner, '.claude/rules/some.md')), /once a file is worked on/);
  });

  register(`claude documents: AGENTS.md, imports, links, notes and worktrees, ${how}`, async () => {
    for (const lay of [
      ({ repository, inner, user }) => putMarked(join(repository, 'AGENTS.md'), join(inner, 'AGENTS.md'),
        join(inner, '.claude/rules/one.md'), join(user, 'CLAUDE.md')),
      ({ repository, inner }) => { putMarked(join(repository, 'AGENTS.md'), join(inner, 'CLAUDE.local.md')); put(join(inner, 'CLAUDE.md'), ' '); },
      ({ world, repository, inner, user }) => {
        put(join(inner, 'CLAUDE.md'), `${mark()}\n@one.md and @./docs/two.md\n@../up.md @~/mine.md\n` +
          '`@code.md`\n```\n@code.md\n```\n- @list.md <!-- @code.md -->\n@picture.png @one.md\n');
        put(join(user, 'CLAUDE.md'), `${mark()} @~/mine.md`);
        put(join(inner, 'one.md'), `${mark()} @1.md`);
        for (let i = 1; i < 6; ++i) put(join(inner, `${i}.md`), `${mark()} @${i + 1}.md @CLAUDE.md`);
        putMarked(...['docs/two.md', 'code.md', 'list.md', 'picture.png'].map((name) => join(inner, name)),
          join(repository, 'up.md'), join(world.home, 'mine.md'));
      },
      ({ world, repository, inner, user }) => {
        put(join(inner, 'CLAUDE.md'), `${mark()} @~/mine.md`);
        putMarked(join(world.home, 'mine.md'));
        put(join(user, '.claude.json'), JSON.stringify({ projects: {
          [realpathSync(repository)]: { hasClaudeMdExternalIncludesApproved: true } } }));
      },
      ({ world, inner }) => {
        putMarked(join(world.home, 'secret.md'), join(inner, '.claude/CLAUDE.md'));
        symlinkSync(join(world.home, 'secret.md'), join(inner, 'CLAUDE.md'));
      },
      ({ world, inner }) => {
        putMarked(join(world.home, 'secret.md'), join(inner, '.claude/rules/a.md'), join(inner, 'docs/x.md'));
        symlinkSync(join(world.home, 'secret.md'), join(inner, '.claude/rules/out.md'));
        symlinkSync('../../docs', join(inner, '.claude/rules/in'));
        symlinkSync('..', join(inner, '.claude/rules/circle'));
      },
      ({ inner }) => { execFileSync('mkfifo', [join(inner, 'CLAUDE.md')]); putMarked(join(inner, '.claude/CLAUDE.md')); },
      ({ inner }) => put(join(inner, 'CLAUDE.md'), Buffer.concat([Buffer.from(mark()), Buffer.from([0xff, 0xfe])])),
      ({ inner }) => put(join(inner, 'CLAUDE.md'), Array.from({ length: 5000 }, mark).join('\n')),
      ({ repository, user }) => put(join(user, 'projects', realpathSync(repository).replace(/[^a-zA-Z0-9]/g, '-'),
        'memory/MEMORY.md'),
        // Claude Code says which line is the first that it leaves out.
        Array.from({ length: 300 }, (_, i) => (i === 200 ? 'a line' : mark())).join('\n')),
      ({ repository }) => {
        putMarked(...own.map((name) => join(repository, name)));
        git(repository, 'add', '-A');
        git(repository, 'commit', '-q', '-m', 'x');
        git(repository, 'worktree', 'add', '-q', join(repository, 'tree'));
        rmSync(join(repository, 'tree/CLAUDE.local.md'));
        putMarked(...own.slice(0, 3).map((name) => join(repository, 'tree', name)));
        return join(repository, 'tree');
      },
      ({ world }) => { putMarked(join(world.home, 'CLAUDE.md'), join(world.home, '.claude/CLAUDE.md')); return world.home; },
    ]) {
      const place = await make();
      await contextThatHolds(place.world, lay(place) ?? place.inner, ...trust);
    }
  }, 3);

  register(`claude documents: a session that loads less is given what context says, ${how}`, async () => {
    for (const [words, ...left] of [
      [['settingSources=user']], [['settingSources=']], [['settingSources=project']], [['settingSources=local']],
      [['settingSources=user,project']], [['settingSources=project', 'noLoad=AGENTS.md']],
      [['noLoad=*'], 'CLAUDE.md', 'rules/u.md', 'MEMORY.md'], [['noLoad=CLAUDE.md']], [['noLoad=one.md,u.md']],
      [['noLoad=MEMORY.md', 'noLoad=CLAUDE.local.md']], [['noLoad=imported.md', 'skills=false']],
    ]) {
      const { world, repository, inner, user } = await make('a (copy) [1]');
      for (const folder of [world.project, repository, inner])
        putMarked(...[...own, 'AGENTS.md'].map((name) => join(folder, name)));
      put(join(inner, 'CLAUDE.md'), `${mark()}\n@imported.md\n`);
      putMarked(join(inner, 'imported.md'), ...['CLAUDE.md', 'rules/u.md'].map((name) => join(user, name)),
        join(user, 'projects', realpathSync(repository).replace(/[^a-zA-Z0-9]/g, '-'), 'memory/MEMORY.md'));
      const flags = words.flatMap((each) => ['--context', each]);
      const { documents, notGiven } = await contextThatHolds(world, inner, ...trust, ...flags);
      if (left.length > 0) assert.deepEqual(documents.map(({ path }) => left.find((each) => path.endsWith(each))), left);
      assert.ok(notGiven.some(({ why }) => /^this session /.test(why)) || words[0].startsWith('settingSources=project') ||
        trust.length === 0, words.join(' '));
    }
    // Where there is nothing of Claude Code's own, AGENTS.md stands in, but for what is left out.
    for (const words of ['noLoad=CLAUDE.md', 'settingSources=user,project', 'settingSources=user']) {
      const { world, repository, inner } = await make();
      putMarked(join(repository, 'AGENTS.md'), join(inner, 'AGENTS.md'), join(inner, 'CLAUDE.md'));
      await contextThatHolds(world, inner, ...trust, '--context', words);
      const other = await make();
      putMarked(join(other.repository, 'AGENTS.md'), join(other.inner, 'AGENTS.md'), join(other.inner, 'CLAUDE.local.md'));
      await contextThatHolds(other.world, other.inner, ...trust, '--context', words);
    }
  }, 3);
}

test('claude documents: what a session loads is kept, in its forks and after a restart', async () => {
  const { world, inner, user } = await make();
  put(join(user, 'skills/digging/SKILL.md'), '---\nname: digging\ndescription: Digs holes for trees\n---\nDig.\n');
  putMarked(join(inner, 'CLAUDE.md'));
  const usual = await runs(world, inner, ['run', 'usual', '--json']);
  assert.ok(usual.tools.includes('Skill'));
  assert.match(usual.text, /Digs holes for trees/);
  const first = await runs(world, inner, ['run', 'first', '--json', '--context', 'skills=false', '--context', 'noLoad=CLAUDE.md']);
  assert.ok(!first.tools.includes('Skill'));
  assert.doesNotMatch(first.text, /Digs holes for trees|The mark is/);
  const same = ({ tools, system, begin }) => ({ tools, system, begin });
  const id = first.answer.sessionId;
  for (const verb of [['reply', id, 'second', '--json'], ['fork', id, 'third', '--json', '--strategy', 'native']]) {
    const next = await runs(world, inner, verb);
    assert.deepEqual(same(next), same(first), verb[0]);
    if (verb[0] === 'fork') assert.equal(next.answer.fork.strategy, 'native');
  }
  const plan = await runProgram(['fork', id, '--dry-run', '--json'], { env: world.environment(), cwd: inner });
  assert.match(plan.stdout, /in a terminal claude would load what the session leaves out/);
  const compressed = await runProgram(['session', 'compress', id], { env: world.environment(), cwd: inner });
  assert.match(compressed.stderr, /has no command that compresses its context in a session that loads no skills/);
});
