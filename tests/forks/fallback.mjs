// Native forks that fail: what is tried then, what the answer says, and that nothing is left running.

import assert from 'node:assert/strict';

import { test, until } from '../clients/cases.mjs';
import { RpcError, Server } from '../clients/server.mjs';
import { acting, guardians } from '../process/actors.mjs';

const failures = {
  'that the provider refuses': {
    onFork: `say '{"id":'"$id"',"error":{"code":-32000,"message":"no branch today"}}'; continue`,
    reason: /no branch today/,
  },
  'in which its process dies': { onFork: 'exit 7', reason: /ended|exit/ },
  'that gives the parent\'s own id': {
    onFork: `say '{"id":'"$id"',"result":{"thread":{"id":"'"$thread"'"},"model":"model"}}'; continue`,
    reason: /parent's own conversation/,
  },
  'that never ends': { onFork: 'continue', reason: /not branched the conversation within 15 seconds/ },
};

async function parent(onFork) {
  const server = new Server({ env: acting('codex', ':', { onFork }) });
  await server.initialize({ _meta: { tine: {} } });
  const session = await server.newSession();
  await server.prompt(session, 'plant a walnut');
  return { server, session };
}

const fork = (server, sessionId, wish) => server.request('session/fork',
  { sessionId, cwd: server.cwdOf(sessionId), mcpServers: [], _meta: { tine: { fork: wish } } });

for (const [what, { onFork, reason }] of Object.entries(failures)) {
  test(`fork fallback: one ${what} becomes soft, and says why`, async () => {
    const { server, session } = await parent(onFork);
    const { sessionId, _meta: { tine } } = await fork(server, session, {});
    assert.equal(tine.fork.strategy, 'soft');
    const [native, , soft] = tine.fork.attempts;
    assert.match(native.reason, reason);
    assert.deepEqual([native.worked, soft.worked], [false, true]);
    assert.equal((await server.prompt(sessionId, 'go on')).stopReason, 'end_turn');
    // Its parent goes on as well.
    assert.equal((await server.prompt(session, 'go on')).stopReason, 'end_turn');
    server.stdin.end();
    await server.exited;
    await until('its processes to be gone', () => guardians(server).length === 0);
  });

  test(`fork fallback: one ${what} fails when it is strict, and leaves no session`, async () => {
    const { server, session } = await parent(onFork);
    await assert.rejects(fork(server, session, { strict: true }),
      (error) => error instanceof RpcError && reason.test(error.message));
    const { sessions } = await server.request('session/list');
    assert.deepEqual(sessions.map(({ sessionId }) => sessionId), [session]);
  });
}
