// Soft forks whose summary the parent's own model writes: what the child carries, what is left of
// the conversation that wrote it, and what is carried when there is no summary.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { test, until } from '../clients/cases.mjs';
import { Server } from '../clients/server.mjs';
import { acting, guardians } from '../process/actors.mjs';
import { fork, World } from './world.mjs';

const settings = '[fork]\nsummary = "model"\n';
const asking = 'Write a summary of this conversation';

for (const [from, to] of [['claude', 'codex'], ['codex', 'claude'], ['codex', 'codex']]) {
  test(`fork summary: the model of ${from} writes it for a child on ${to}, and nothing of that stays`,
    async () => {
      const world = await World.make({ settings });
      const server = await world.serve(from);
      const session = await server.newSession(world.project);
      await server.prompt(session, '[[say: planted]] plant a walnut');
      const before = guardians(server).length;
      const { sessionId, _meta: { tine } } = await fork(server, world, session,
        { backend: to, strategy: 'soft' });
      assert.deepEqual(tine.fork.attempts.map(({ worked, reason }) => [worked, reason]).at(-1),
        [true, `the first prompt carries a summary that the model of ${from} has written`]);
      // Codex has one process for all; one of Claude Code for the child may run by then.
      if (from === 'claude')
        await until('its process to be gone', () => guardians(server).length <= before);
      // It was asked once, and knew what was said.
      const asked = world.requests(from).filter((each) => each.includes(asking));
      assert.equal(asked.length, 1);
      assert.ok(asked[0].includes('plant a walnut'));
      await server.prompt(sessionId, 'the word of the child');
      const told = world.requests(to).filter((each) => each.includes('the word of the child'));
      assert.ok(told.length > 0);
      for (const each of told) {
        assert.match(each, /Record of an earlier conversation[^]*> ok/);
        assert.doesNotMatch(each, /plant a walnut/);
      }
      // Neither the parent nor a list knows of it.
      await server.prompt(session, 'the word of the parent');
      const later = world.requests(from).filter((each) => each.includes('the word of the parent'));
      assert.ok(later.length > 0 && later.every((each) => !each.includes(asking)));
      const { sessions } = await server.request('session/list');
      assert.deepEqual(sessions.map((each) => each.sessionId).sort(), [session, sessionId].sort());
    });
}

/// A Codex that does so when it is asked for a summary.
function writer(onSummary) {
  const env = acting('codex', `case $line in *'${asking}'*) ${onSummary} ;; esac`);
  const file = join(env.HOME, 'config/tine/config.toml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}${settings}`, { mode: 0o600 });
  return env;
}

for (const [what, onSummary, reason] of [
  ['refuses', `say '{"id":'"$id"',"error":{"code":-32000,"message":"no summary today"}}'; continue`, /no summary today/],
  ['dies', 'exit 7', /ended|exit|gone/],
]) {
  test(`fork summary: a backend that ${what} has the extract carried, and says why`, async () => {
    const server = new Server({ env: writer(onSummary) });
    await server.initialize();
    const session = await server.newSession();
    await server.prompt(session, 'plant a walnut');
    const { sessionId, _meta: { tine } } = await server.request('session/fork', { sessionId: session,
      cwd: server.cwdOf(session), mcpServers: [], _meta: { tine: { fork: { strategy: 'soft' } } } });
    const [first, second] = tine.fork.attempts;
    assert.deepEqual([first.strategy, first.worked, second.strategy, second.worked],
      ['soft', false, 'soft', true]);
    assert.match(first.reason, /^the model of actor wrote no summary: /);
    assert.match(first.reason, reason);
    assert.match(second.reason, /a summary of the transcript/);
    assert.equal((await server.prompt(sessionId, 'go on')).stopReason, 'end_turn');
    server.stdin.end();
    await server.exited;
    await until('its processes to be gone', () => guardians(server).length === 0);
  });
}
