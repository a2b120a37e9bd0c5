// `session log`: the commits that the turns of a session have made.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { World as ClaudeWorld } from '../claude/world.mjs';
import { directory, program, test } from '../clients/cases.mjs';
import { environment, runProgram, Server } from '../clients/server.mjs';
import { World as CodexWorld } from '../codex/world.mjs';
import { Place } from './place.mjs';

const git = (cwd, ...args) => execFileSync('git', ['-C', cwd, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args],
  { stdio: 'pipe', encoding: 'utf8' }).trim();
const commit = (cwd, subject) => {
  git(cwd, 'commit', '-q', '--allow-empty', '-m', subject);
  return git(cwd, 'rev-parse', 'HEAD');
};

/// A turn that has said that it is on it, and hangs; `ended` is its exit code.
async function atWork(place, ...args) {
  const child = spawn(program, ['run', ...args, '[[say:on it]] [[hang]]'],
    { cwd: place.project, env: environment(place.env), stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => { child.on('close', done); });
  await new Promise((done) => { child.stdout.once('data', done); });
  return { child, ended, id: (await place.sessions())[0].id };
}

/// A turn in which that happens; gives its session.
async function during(place, work, ...args) {
  const { child, ended, id } = await atWork(place, ...args);
  await work();
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  return id;
}

class Repository extends Place {
  constructor() {
    super();
    git(this.project, 'init', '-q', '-b', 'main');
  }
}

test('session log: commits by turn, with branches, rewriting, and what came from elsewhere', async () => {
  const place = new Repository();
  const { project } = place;
  const made = [];
  const id = await during(place, () => { made.push(commit(project, 'The first')); });
  const again = (work) => during(place, work, '--session', id);
  await again(() => { made.push(commit(project, 'Two'), commit(project, 'Three')); });
  await place.says('reply', id, 'nothing is committed');
  await again(() => { git(project, 'commit', '-q', '--allow-empty', '--amend', '-m', 'Other');
    made.push(git(project, 'rev-parse', 'HEAD')); });
  await again(() => { git(project, 'switch', '-q', '-c', 'topic'); made.push(commit(project, 'On topic')); });
  const past = { GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z', GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z' };
  git(project, 'branch', 'old', 'topic');
  execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty',
    '-m', 'Long ago'], { env: { ...process.env, ...past } });
  const foreign = git(project, 'rev-parse', 'HEAD');
  git(project, 'reset', '-q', '--hard', 'old');
  await again(() => { git(project, 'merge', '-q', '--ff-only', foreign); });

  const log = await place.json('session', 'log', id);
  const short = log.map(({ turn, before, after, branchChanged, rewritten, removed, commits }) =>
    [turn, before.branch, after.branch, branchChanged, rewritten, removed,
      commits.map(({ subject, inTurn }) => [subject, inTurn])]);
  assert.deepEqual(short, [
    [1, 'main', 'main', false, false, 0, [['The first', true]]],
    [2, 'main', 'main', false, false, 0, [['Three', true], ['Two', true]]],
    [3, 'main', 'main', false, false, 0, []],
    [4, 'main', 'main', false, true, 1, [['Other', true]]],
    [5, 'main', 'topic', true, false, 0, [['On topic', true]]],
    [6, 'topic', 'topic', false, false, 0, [['Long ago', false]]],
  ]);
  assert.equal(log[0].before.commit, '');
  assert.deepEqual(log[1].commits.map((each) => each.commit), [made[2], made[1]]);
  assert.deepEqual(log[1].before, { branch: 'main', commit: made[0] });
  assert.equal(await place.says('session', 'log', id), [
    `1  just now  ${made[0].slice(0, 12)}  The first`,
    `2  just now  ${made[2].slice(0, 12)}  Three`,
    `2  just now  ${made[1].slice(0, 12)}  Two`,
    `4  just now  ${made[3].slice(0, 12)}  Other`,
    '4                          (history was rewritten: 1 commit from before is not in it any more)',
    `5  just now  ${made[4].slice(0, 12)}  On topic`,
    '5                          (the branch changed from main to topic)',
    '6                          (1 commit from before the turn came in: fetched, merged or checked out)',
    ''].join('\n'));

  // A fork tells of its own turns.
  const { sessionId } = await place.json('run', '--fork-from', id, 'nothing');
  const forked = await place.ends(0, 'session', 'log', sessionId);
  assert.equal(forked.stdout, 'No turn of this session has made a commit.\n');
  assert.equal(forked.stderr, `Turns up to 6 are its parent's: tine session log ${id}\n`);

  // What git has forgotten, and a repository that is gone.
  git(project, 'reset', '-q', '--hard', made[0]);
  git(project, 'branch', '-D', '-q', 'main', 'old');
  git(project, 'reflog', 'expire', '--expire=all', '--all');
  git(project, 'gc', '-q', '--prune=now');
  const lost = await place.says('session', 'log', id);
  assert.match(lost, /^1 .* The first$/m);
  assert.match(lost, /^2 +\(HEAD went from [0-9a-f]{12} to [0-9a-f]{12}; git does not have these commits any more\)$/m);
  rmSync(join(project, '.git'), { recursive: true });
  const gone = await place.ends(1, 'session', 'log', id);
  assert.match(gone.stdout, /^1 +\(HEAD went from nothing to [0-9a-f]{12}; the repository is gone\)$/m);
  assert.match(gone.stderr, /^tine: .* is in no git repository any more, or there is no git$/m);
});

test('session log: hostile subjects and branches are shown and do nothing; nothing of the repository is run', async () => {
  const place = new Repository();
  const { project } = place;
  const trap = join(project, 'trap');
  writeFileSync(trap, '#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n', { mode: 0o755 });
  const id = await during(place, () => {
    commit(project, 'a \x1b]0;x\x07 \u202e password=' + 'hunter2'.repeat(2));
    for (const key of ['core.fsmonitor', 'core.pager', 'core.editor', 'gpg.program', 'diff.external',
      'core.sshCommand']) git(project, 'config', key, trap);
    git(project, 'config', 'log.showSignature', 'true');
  });
  const text = await place.says('session', 'log', id);
  assert.match(text, /a \\u001b\]0;x\\u0007 \\u202e password=«redacted:[\w-]+:\d+»\n$/);
  assert.ok(!readdirSync(project).includes('sprung'));
  const [{ commits: [{ subject }] }] = await place.json('session', 'log', id);
  assert.match(subject, /^a \x1b\]0;x\x07 \u202e password=«redacted/);
});

test('session log: a killed turn, a running one, no repository, and no session', async () => {
  const place = new Repository();
  const { child, ended, id } = await atWork(place);
  commit(place.project, 'Unseen');
  const running = await place.ends(0, 'session', 'log', id);
  assert.equal(running.stderr, 'Turn 1 has not ended; what it commits is listed then.\n');
  assert.deepEqual(await JSON.parse((await place.ends(0, 'session', 'log', id, '--json')).stdout), []);
  child.kill('SIGKILL');
  await ended;
  await place.says('reply', id, 'go on');
  assert.match(await place.says('session', 'log', id), /^1 +\(its process did not live to tell/);
  assert.deepEqual((await place.json('session', 'log', id)).map(({ aborted }) => aborted), [true, false]);

  const bare = new Place();
  const { sessionId } = await bare.json('run', 'hello');
  assert.equal(await bare.says('session', 'log', sessionId), 'No turn of this session has made a commit.\n');
  assert.deepEqual(await bare.json('session', 'log', sessionId).then(([{ before, after }]) => [before, after]),
    [null, null]);
  await bare.ends(6, 'session', 'log', '01ZZZZ');
});

test('a state that is made anew from the transcript knows the repository, also after the quickest turn', async () => {
  const place = new Repository();
  const head = commit(place.project, 'one');
  const { sessionId } = await place.json('run', 'quick');
  const told = () => place.json('session', 'show', sessionId).then(({ git: { branch, commit: at } }) => [branch, at]);
  assert.deepEqual(await told(), ['main', head]);
  const file = readdirSync(place.state, { recursive: true }).find((name) => name.endsWith('state.toml'));
  writeFileSync(join(place.state, file), 'damaged');
  const { server } = await Server.open({ env: place.env });
  await server.request('session/load', { sessionId, cwd: place.project, mcpServers: [] });
  assert.deepEqual(await told(), ['main', head]);
  assert.match(readFileSync(join(place.state, file), 'utf8'), new RegExp(`after = "${head}"`));
});

test('a git that does not answer delays no turn, and hides neither branch nor commit', async () => {
  const place = new Repository();
  const head = commit(place.project, 'one');
  const bin = directory('bin');
  writeFileSync(join(bin, 'git'), '#!/bin/sh\nexec sleep 100000\n', { mode: 0o755 });
  const { code, stdout } = await place.tine(['run', '--json', 'hello'], { env: { PATH: `${bin}:${process.env.PATH}` } });
  assert.equal(code, 0);
  const { sessionId } = JSON.parse(stdout);
  const { git: told } = await place.json('session', 'show', sessionId);
  assert.deepEqual(told, { branch: 'main', commit: head, dirty: null });
  const end = (await place.history(sessionId)).at(-1).data.git;
  assert.deepEqual(end, { before: { branch: 'main', commit: head }, after: { branch: 'main', commit: head } });
});

for (const [name, World] of [['Codex', CodexWorld], ['Claude Code', ClaudeWorld]]) {
  test(`${name}: session log lists what the agent has committed with a command`, async () => {
    const world = await World.make();
    const { project } = world;
    git(project, 'init', '-q', '-b', 'main');
    git(project, 'config', 'user.name', 'a');
    git(project, 'config', 'user.email', 'a@b');
    commit(project, 'zero');
    const tine = async (...args) => {
      const ended = await runProgram(args, { env: world.environment(), cwd: project });
      assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.stderr}`);
      return ended.stdout;
    };
    const run = name === 'Codex' ? 'escalate' : 'run';
    const { sessionId } = JSON.parse(await tine('run', '--json', '--approve',
      `[[${run}: git commit -q --allow-empty -m "By the agent"]] [[say: done]]`));
    await tine('reply', sessionId, '[[say: nothing]]');
    const log = JSON.parse(await tine('session', 'log', sessionId, '--json'));
    assert.deepEqual(log.map(({ turn, commits }) => [turn, commits.map(({ subject, inTurn }) => [subject, inTurn])]),
      [[1, [['By the agent', true]]], [2, []]]);
    assert.equal(log[0].commits[0].commit, git(project, 'rev-parse', 'HEAD'));
  });
}
