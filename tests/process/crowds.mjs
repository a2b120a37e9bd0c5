// Many at once: sessions that need more open files than there may be, and prompts that are taken
// back before their turns have begun.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';

const ended = { code: 0, signal: null };

function repository() {
  const folder = directory('repository');
  const git = (...words) => execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c',
    'user.email=x@example.org', ...words], { stdio: 'ignore' });
  git('init');
  writeFileSync(join(folder, 'file'), 'text\n');
  git('add', '.');
  git('commit', '-m', 'one');
  return folder;
}

/// A home that the programs of a case have in common.
function homeVariables() {
  const home = directory('home');
  return { HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` };
}

test('400 sessions prompt at once in a repository, with 1024 open files allowed', async () => {
  const env = homeVariables();
  const cwd = repository();
  const server = new Server({ env,
    command: ['sh', '-c', 'ulimit -n 1024; exec "$0" acp', program] });
  await server.initialize();
  const sessions = [];
  for (let i = 0; i < 400; i += 1) sessions.push(await server.newSession(cwd));
  const answers = await Promise.allSettled(server.together(() =>
    sessions.map((session) => server.prompt(session, 'hello'))));
  const counts = {};
  for (const { value, reason } of answers) {
    const what = value?.stopReason ?? reason.data?.tine?.kind ?? reason.message;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  const { end_turn: done = 0, queue_full: refused = 0, ...others } = counts;
  assert.deepEqual(others, {});
  assert.equal(done + refused, 400);
  assert.ok(done > 0);
  server.stdin.end();
  assert.deepEqual(await server.exited, ended);
  const verified = await runProgram(['session', 'verify', '--all'], { env });
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /^\d+ sessions verified, 0 damaged$/m);
});

/// A folder for PATH with a git that notes each of its starts; and how many there were.
function countedGit() {
  const folder = directory('git');
  const starts = join(folder, 'starts');
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho x >> ${starts}\nexec ${git} "$@"\n`);
  chmodSync(join(folder, 'git'), 0o755);
  return { path: `${folder}:${process.env.PATH}`,
    count: () => (existsSync(starts) ? readFileSync(starts, 'utf8').split('\n').length - 1 : 0) };
}

for (const [how, takeBack] of [
  ['a cancel', (server, sessions) => server.together(() =>
    sessions.forEach((sessionId) => server.notify('session/cancel', { sessionId })))],
  ['the end of the input', (server) => server.stdin.end()],
]) {
  test(`20 sessions with 64 prompts waiting in each: ${how} starts nothing for them`, async () => {
    const git = countedGit();
    const env = { ...homeVariables(), PATH: git.path };
    const cwd = repository();
    const server = new Server({ env });
    await server.initialize();
    const sessions = [];
    for (let i = 0; i < 20; i += 1) sessions.push(await server.newSession(cwd));
    const running = sessions.map((session) => server.prompt(session, '[[say:on it]] [[hang]]'));
    const waiting = server.together(() => sessions.flatMap((session) =>
      Array.from({ length: 64 }, () => server.prompt(session, 'waiting'))));
    await server.waitFor('the turns',
      () => sessions.every((session) => server.text(session) === 'on it'));
    takeBack(server, sessions);
    for (const turn of [...running, ...waiting])
      assert.equal((await turn).stopReason, 'cancelled');
    server.stdin.end();
    assert.deepEqual(await server.exited, ended);
    const { stdout } = await runProgram(['session', 'list', '--all', '--json'], { env });
    assert.deepEqual(JSON.parse(stdout).map(({ turns }) => turns), Array(20).fill(1));
    // Twice at most for each turn that began.
    assert.ok(git.count() > 0 && git.count() <= 2 * 20, `git was started ${git.count()} times`);
  });
}
