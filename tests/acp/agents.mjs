// Real ACP agents behind the program.

import assert from 'node:assert/strict';

import { longTest, test } from '../clients/cases.mjs';
import { editor, playDay, playFork } from './day.mjs';
import { agents, World } from './world.mjs';

for (const [name, agent] of Object.entries(agents)) playDay(name, agent);

const fork = (name) => playFork(name, agents[name]);
test('acp forks: with OpenCode', () => fork('opencode'));
test('acp forks: with the adapter for Codex', () => fork('codex-acp'));
test('acp forks: with the adapter for Claude Code', () => fork('claude-agent-acp'));

/// A fork before the last turn knows nothing of what came later, also of a session of the past.
async function playForkAtTurn(name) {
  const world = await World.make(name);
  const first = await world.open(editor, 'zed');
  const { session } = first;
  await first.server.prompt(session, '[[say: noted]] plant a walnut');
  await first.server.prompt(session, '[[say: later]] then a birch');
  const forkAt = (server, at) => server.request('session/fork', { sessionId: session,
    cwd: world.project, mcpServers: [], _meta: { tine: { fork: { at, strict: true } } } });
  const judge = async (server, words) => {
    const { sessionId, _meta: { tine } } = await forkAt(server, 1);
    assert.equal(tine.fork.strategy, 'native', JSON.stringify(tine.fork));
    await server.prompt(sessionId, `[[say: mine]] ${words}`);
    assert.match(world.toldWith(words), /walnut/);
    assert.doesNotMatch(world.toldWith(words), /birch/);
  };
  await judge(first.server, 'then an oak');
  first.server.stdin.end();
  await first.server.exited;
  const server = await world.serve(editor, 'zed');
  await server.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  await judge(server, 'and a beech');
  await server.prompt(session, '[[say: on]] and a maple');
  assert.match(world.toldWith('and a maple'), /birch/);
}

test('acp forks: at an earlier turn, with the adapter for Codex', () => playForkAtTurn('codex-acp'));
test('acp forks: at an earlier turn, with the adapter for Claude Code',
  () => playForkAtTurn('claude-agent-acp'));

longTest('acp forks: at an earlier turn, with OpenCode, which cannot, are soft', async () => {
  const world = await World.make('opencode');
  const { server, session } = await world.open(editor, 'zed');
  await server.prompt(session, '[[say: noted]] plant a walnut');
  await server.prompt(session, '[[say: later]] then a birch');
  const { sessionId, _meta: { tine } } = await server.request('session/fork', { sessionId: session,
    cwd: world.project, mcpServers: [], _meta: { tine: { fork: { at: 1 } } } });
  assert.equal(tine.fork.strategy, 'soft');
  await server.prompt(sessionId, '[[say: mine]] then an oak');
  assert.match(world.toldWith('then an oak'), /walnut/);
  assert.doesNotMatch(world.toldWith('then an oak'), /birch/);
});
