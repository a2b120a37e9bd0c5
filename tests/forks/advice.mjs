// What is said against a fork that is made all the same, in a real repository.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { choosing } from '../claude/world.mjs';
import { directory, test, until } from '../clients/cases.mjs';
import { environment, Server } from '../clients/server.mjs';

const identity = ['AUTHOR', 'COMMITTER'].flatMap((who) =>
  [[`GIT_${who}_NAME`, 'a'], [`GIT_${who}_EMAIL`, 'a@example.org']]);
const git = (cwd, ...args) =>
  execFileSync('git', args, { cwd, env: environment(Object.fromEntries(identity)) });

function commit(cwd, text) {
  writeFileSync(join(cwd, 'file'), text);
  git(cwd, 'add', 'file');
  git(cwd, 'commit', '-q', '-m', text);
}

test('fork advice: what the agent has committed in its turn is no move of HEAD, what came later is', async () => {
  const project = directory('project');
  git(project, 'init', '-q', '-b', 'main');
  commit(project, 'one');
  const server = new Server();
  await server.initialize();
  const session = await server.newSession(project);
  const plan = async () => (await server.request('session/fork', { sessionId: session, cwd: project,
    mcpServers: [], _meta: { tine: { fork: { dryRun: true } } } }))._meta.tine.fork;
  server.handlers['session/request_permission'] = (params) => {
    commit(project, 'two');
    return choosing('allow_once')(params);
  };
  await server.prompt(session, '[[ask:Commit it?]]');
  // A command of ours ends no turn of the agent.
  await server.prompt(session, '/tine-usage');
  assert.deepEqual((await plan()).advice ?? [], []);
  const before = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: project, encoding: 'utf8' });
  commit(project, 'three');
  await until('the advice', async () => (await plan()).advice?.length === 1);
  const [advice] = (await plan()).advice;
  assert.ok(advice.startsWith(`The repository was at ${before.slice(0, 12)} when the parent's last turn ended`), advice);
  await server.prompt(session, '/tine-usage');
  assert.equal((await plan()).advice.length, 1);
  await server.prompt(session, 'look again');
  await until('no advice', async () => (await plan()).advice === undefined);
});
