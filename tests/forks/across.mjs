// Forks from each backend to each: what the child knows, and how it came about.

import assert from 'node:assert/strict';

import { test } from '../clients/cases.mjs';
import { RpcError } from '../clients/server.mjs';
import { backends, fork, told, World } from './world.mjs';

/// Forks a session of one backend to each, and looks at what the children know.
async function playFrom(from) {
  const world = await World.make();
  let server = await world.serve(from);
  const session = await server.newSession(world.project);
  await server.prompt(session, '[[say: the first answer]] plant a walnut');
  await server.prompt(session, '[[say: the second answer]] and an oak');
  const children = [];
  for (const to of backends) {
    const { sessionId, _meta: { tine } } = await fork(server, world, session, { backend: to });
    assert.equal(tine.backend, to);
    assert.equal(tine.fork.strategy, to === from ? 'native' : 'soft', `${from} to ${to}`);
    assert.equal(tine.fork.attempts.at(-1).worked, true);
    if (to !== from)
      assert.match(tine.fork.attempts[0].reason, /^the parent is on another backend/);
    children.push({ sessionId, to });
  }
  // Said by the parent after it was forked: no child knows it.
  await server.prompt(session, '[[say: later]] then a birch');
  for (const { sessionId, to } of children) {
    const knows = await told(server, world, sessionId, to);
    assert.match(knows, /walnut/, `${from} to ${to}`);
    assert.match(knows, /oak/, `${from} to ${to}`);
    assert.doesNotMatch(knows, /birch/, `${from} to ${to}`);
    // It travels once.
    const next = await told(server, world, sessionId, to);
    assert.ok(next.split('plant a walnut').length <= knows.split('plant a walnut').length + 1);
  }
  server.stdin.end();
  await server.exited;

  // A child knows the same after a restart, and so does a fork of it.
  server = await world.serve(from);
  for (const { sessionId, to } of children) {
    await server.request('session/load', { sessionId, cwd: world.project, mcpServers: [] });
    assert.match(await told(server, world, sessionId, to), /walnut/, `${from} to ${to}, restarted`);
    const { sessionId: grandchild, _meta } = await fork(server, world, sessionId);
    assert.equal(_meta.tine.fork.strategy, 'native', `${from} to ${to}, a fork of it`);
    assert.match(await told(server, world, grandchild, to), /walnut/, `${from} to ${to}, a fork of it`);
  }
}

test('fork across: from the rehearsal agent to each backend', () => playFrom('rehearsal'));
test('fork across: from Codex to each backend', () => playFrom('codex'));
test('fork across: from Claude Code to each backend', () => playFrom('claude'));

test('fork across: a child is never wider than its parent', async () => {
  const world = await World.make();
  const server = await world.serve('rehearsal');
  const session = await server.newSession(world.project);
  await server.prompt(session, 'blue');
  const modes = {};
  for (const mode of ['read-only', 'ask', 'auto']) {
    await server.request('session/set_mode', { sessionId: session, modeId: mode });
    modes[mode] = {};
    for (const to of ['other', 'codex', 'claude']) {
      modes[mode][to] = await fork(server, world, session, { backend: to }).then(
        (made) => made.modes.currentModeId,
        (error) => {
          assert.ok(error instanceof RpcError, error);
          return `${error.kind ?? error.data?.tine?.kind}`;
        });
    }
  }
  assert.deepEqual(modes, {
    'read-only': { other: 'read-only', codex: 'unsupported', claude: 'unsupported' },
    ask: { other: 'ask', codex: 'read-only', claude: 'default' },
    auto: { other: 'ask', codex: 'auto', claude: 'default' },
  });
});
