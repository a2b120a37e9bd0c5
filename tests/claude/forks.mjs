// Forks of Claude Code's conversations, as the mocked model sees them.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { choosing, claude, promptBlocks, promptTokens, serving, World } from './world.mjs';

const opening = (world, sessionId, more = {}) =>
  ({ sessionId, cwd: world.project, mcpServers: [], ...more });
const fork = (server, world, sessionId, more) =>
  server.request('session/fork', opening(world, sessionId, more));
const at = (turn) => ({ _meta: { tine: { fork: { at: turn } } } });

const said = (request) => JSON.stringify(request.body.messages);
/// The first request of the prompt that is `text`.
const asking = (world, text) => world.model.requests().find((each) => said(each).includes(text));

/// Prompts, and gives the first request that came of it.
async function firstRequest(server, world, session, text) {
  const from = world.model.requests().length;
  assert.equal((await server.prompt(session, text)).stopReason, 'end_turn');
  return world.model.requests().slice(from).find((each) => said(each).includes(text));
}

/// Where `request` leaves what its `parent` has asked; -1: nowhere.
function departure(parent, request) {
  const [known, asked] = [promptBlocks(parent), promptBlocks(request)];
  return known.findIndex((block, i) => block !== asked[i]);
}

function assertExtends(parent, request, what) {
  const place = departure(parent, request);
  assert.equal(place, -1, `${what}: ${promptBlocks(parent)[place]} became ` +
    `${promptBlocks(request)[place]}`);
  assert.equal(request.body.model, parent.body.model, what);
  assert.ok(request.usage.cache_read_input_tokens >= promptTokens(parent), what);
}

const tools = { name: 'tools', command: process.execPath,
  args: [join(process.cwd(), 'tests/codex/mcp_server.mjs')], env: [] };

const variations = [
  { what: 'nothing' },
  { what: 'an MCP server', more: () => ({ mcpServers: [tools] }) },
  { what: 'the mode', mode: 'plan' },
  { what: 'the directory', more: () => ({ cwd: directory('elsewhere') }) },
  { what: 'a further directory', more: () => ({ additionalDirectories: [directory('more')] }) },
];

test('claude: a fork\'s first request extends its parent\'s last, by whatever of these it differs',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[think: hmm]] [[run: echo one]] [[say: first answer]]');
    await server.prompt(session, '[[say: second answer]]');
    const parent = world.model.requests().at(-1);
    for (const { what, more = () => ({}), mode } of variations) {
      const { sessionId } = await fork(server, world, session, more());
      if (mode) await server.request('session/set_mode', { sessionId, modeId: mode });
      const request = await firstRequest(server, world, sessionId, `[[say: but for ${what}]]`);
      assertExtends(parent, request, what);
      assert.ok(said(request).includes('second answer'), what);
    }
  });

test('claude: what a fork should read from the cache it does; another model does not, and says so',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open({ session: { notices: {} } });
    const parent = await server.prompt(session, '[[run: echo one]] [[say: an answer]]');
    assert.equal(parent._meta.tine.fork, undefined);
    const last = world.model.requests().at(-1);
    const child = await fork(server, world, session);
    const { expected, warm } = child._meta.tine.fork;
    assert.equal(expected.cacheRead, promptTokens(last));
    assert.equal(warm, true);
    const first = await server.prompt(child.sessionId, '[[run: echo two]] [[say: in the fork]]');
    const { actual, shortfall, ...more } = first._meta.tine.fork;
    assert.deepEqual(more.expected, expected);
    const request = asking(world, 'in the fork');
    assert.deepEqual(actual, {
      fresh: request.usage.input_tokens,
      cacheRead: request.usage.cache_read_input_tokens,
      cacheWrite: request.usage.cache_creation_input_tokens,
      dollars: actual.dollars,
    });
    assert.ok(expected.cacheRead <= actual.cacheRead, `${expected.cacheRead} of ${actual.cacheRead}`);
    assert.ok(actual.dollars > 0 && actual.dollars < 0.01, `${actual.dollars}`);
    assert.equal(shortfall, undefined);
    const second = await server.prompt(child.sessionId, '[[say: again]]');
    assert.equal(second._meta.tine.fork, undefined);

    const other = await fork(server, world, session);
    await server.request('session/set_config_option',
      { sessionId: other.sessionId, configId: 'model', value: 'haiku' });
    const missed = await server.prompt(other.sessionId, '[[say: from nothing]]');
    assert.notEqual(asking(world, 'from nothing').body.model, last.body.model);
    assert.ok(missed._meta.tine.fork.shortfall, JSON.stringify(missed._meta.tine.fork));
    assert.ok(server.updates(other.sessionId, 'notice').some(({ title }) => /cache/.test(title)));
  });

test('claude: forks branch off at an earlier turn, off a fork, and off a parent that went on',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const one = await firstRequest(server, world, session, '[[say: turn one]]');
    const two = await firstRequest(server, world, session, '[[say: turn two]]');
    const early = await fork(server, world, session, at(1));
    const late = await fork(server, world, session);
    await server.prompt(session, '[[say: turn three]]');

    const inEarly = await firstRequest(server, world, early.sessionId, '[[say: beside two]]');
    assertExtends(one, inEarly, 'an earlier turn');
    assert.ok(!said(inEarly).includes('turn two'));
    const inLate = await firstRequest(server, world, late.sessionId, '[[say: beside three]]');
    assertExtends(two, inLate, 'a parent that went on');
    assert.ok(!said(inLate).includes('turn three'));
    const twig = await fork(server, world, late.sessionId);
    const inTwig = await firstRequest(server, world, twig.sessionId, '[[say: on the twig]]');
    assertExtends(inLate, inTwig, 'a fork of a fork');
    assert.ok(said(inTwig).includes('beside three') && !said(inTwig).includes('turn three'));
  });

test('claude: a fork of a fork that was never prompted has the past of both', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const parent = await firstRequest(server, world, session, '[[say: remembered]]');
  const child = await fork(server, world, session);
  const grandchild = await fork(server, world, child.sessionId);
  await server.prompt(session, '[[say: later]]');
  const request = await firstRequest(server, world, grandchild.sessionId, '[[say: of it]]');
  assertExtends(parent, request, 'a fork of a pending fork');
  assert.ok(!said(request).includes('later'));
  const between = await firstRequest(server, world, child.sessionId, '[[say: and between]]');
  assertExtends(parent, between, 'the pending fork itself');
});

test('claude: a running parent is forked at its last completed turn, and goes on', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const before = await firstRequest(server, world, session, '[[say: kept]]');
  const go = join(world.project, 'go');
  const running = server.prompt(session,
    `[[run: until test -e ${go}; do sleep 0.05; done]] [[say: undisturbed]]`);
  await server.waitFor('the command', ({ params }) => params?.update?.sessionUpdate === 'tool_call');
  const { sessionId } = await fork(server, world, session);
  const request = await firstRequest(server, world, sessionId, '[[say: beside it]]');
  assertExtends(before, request, 'a running parent');
  assert.ok(!said(request).includes('undisturbed'));
  writeFileSync(go, '');
  assert.equal((await running).stopReason, 'end_turn');
  assert.ok(server.text(session).endsWith('undisturbed'));
  assert.ok(!said(world.model.requests().at(-1)).includes('beside it'));
});

test('claude: a fork that was never prompted outlives the program', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const parent = await firstRequest(server, world, session, '[[say: remembered]]');
  const child = await fork(server, world, session);
  await server.prompt(session, '[[say: later]]');
  server.stdin.end();
  await server.exited;
  const next = await world.serve();
  await next.request('session/resume', opening(world, child.sessionId));
  const request = await firstRequest(next, world, child.sessionId, '[[say: of it]]');
  assertExtends(parent, request, 'a fork after a restart');
  assert.ok(!said(request).includes('later'));
  const end = await next.prompt(child.sessionId, '[[say: and on]]');
  assert.equal(end.stopReason, 'end_turn');
});

test('claude: a fork that waits has its past when its parent puts its own into a summary',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: turn one]]');
    const parent = await firstRequest(server, world, session, '[[say: turn two]]');
    const child = await fork(server, world, session);
    const early = await fork(server, world, session, at(1));
    await server.prompt(session, '/compact');
    await server.prompt(session, '[[say: after it]]');
    const request = await firstRequest(server, world, child.sessionId, '[[say: in the fork]]');
    assertExtends(parent, request, 'a parent that was compacted');
    const earlier = await firstRequest(server, world, early.sessionId, '[[say: in the other]]');
    assert.ok(!said(earlier).includes('turn two') && said(earlier).includes('turn one'));
  });

test('claude: one that is killed while its forks begin before a summary is started anew', async () => {
  const world = await World.make();
  const may = join(world.home, 'may-begin');
  const begins = join(world.home, 'begins');
  const command = join(world.home, 'command');
  writeFileSync(command, `#!/bin/sh
case "$*" in *--fork-session*)
  : > "${begins}"
  while [ ! -e "${may}" ]; do sleep 0.01; done ;;
esac
exec "${claude}" "$@"
`, { mode: 0o755 });
  world.configure(`command = ["${command}"]`);
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: turn one]]');
  const parent = await firstRequest(server, world, session, '[[say: turn two]]');
  const child = await fork(server, world, session);
  const pids = serving(session);
  const compacted = server.prompt(session, '/compact');
  await until('the fork to begin', () => existsSync(begins));
  await server.standstill();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until('the news of its end', () => /killed by signal 9/.test(server.stderr));
  writeFileSync(may, '');
  assert.equal((await compacted).stopReason, 'end_turn');
  assert.equal((await server.prompt(session, '[[say: after it]]')).stopReason, 'end_turn');
  const request = await firstRequest(server, world, child.sessionId, '[[say: in the fork]]');
  assertExtends(parent, request, 'a parent that was compacted');
});

test('claude: a fork whose past has been compacted unforeseen is lost, and goes on from a summary',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    await server.prompt(session, '[[say: remembered]]');
    const child = await fork(server, world, session);
    server.stdin.end();
    await server.exited;
    const next = await world.serve();
    await next.request('session/resume', opening(world, session));
    await next.prompt(session, '/compact');
    await next.request('session/resume', opening(world, child.sessionId));
    let choose = 'reject_once';
    next.handlers['session/request_permission'] = () =>
      ({ outcome: { outcome: 'selected', optionId: choose } });
    const fault = await next.prompt(child.sessionId, '[[say: no]]').catch((error) => error);
    assert.equal(fault.data?.tine?.kind, 'conversation_lost', JSON.stringify(fault));
    assert.match(fault.data.tine.hint, /Fork the parent anew/);
    const strict = (more) => ({ _meta: { tine: { fork: { strict: true, ...more } } } });
    const twig = await fork(next, world, child.sessionId, strict()).catch((error) => error);
    assert.equal(twig.data?.tine?.kind, 'conversation_lost', JSON.stringify(twig));
    const early = await fork(next, world, session, strict({ at: 1 })).catch((error) => error);
    assert.equal(early.data?.tine?.kind, 'conversation_lost', JSON.stringify(early));
    assert.match(early.data.tine.hint, /later turn/);
    // Otherwise the fork begins with a summary of the transcript.
    const soft = await fork(next, world, session, at(1));
    assert.equal(soft._meta.tine.fork.strategy, 'soft');
    const told = await firstRequest(next, world, soft.sessionId, '[[say: in the soft one]]');
    assert.ok(said(told).includes('remembered'));
    choose = 'allow_once';
    const request = await firstRequest(next, world, child.sessionId, '[[say: and on]]');
    assert.ok(said(request).includes('remembered'));
    assert.equal((await next.prompt(session, '[[say: fine]]')).stopReason, 'end_turn');
  });

test('claude: a fork has its parent\'s mode, however wide the configured one is', async () => {
  const world = await World.make({ tineConfig: 'permission_mode = "acceptEdits"' });
  const { server, session } = await world.open();
  const asked = [];
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params.sessionId);
    return choosing('reject_once')(params);
  };
  const write = (id, name) => server.prompt(id,
    `[[call: Write ${JSON.stringify({ file_path: join(world.project, name), content: 'x' })}]] ` +
    '[[say: ok]]');
  await write(session, 'one');
  assert.ok(existsSync(join(world.project, 'one')));
  await server.request('session/set_mode', { sessionId: session, modeId: 'default' });
  const child = await fork(server, world, session);
  assert.equal(child.modes.currentModeId, 'default');
  await write(child.sessionId, 'two');
  assert.deepEqual(asked, [child.sessionId]);
  assert.ok(!existsSync(join(world.project, 'two')));
});

test('claude: a budget that the command sets is not used up by what a fork has inherited',
  async () => {
    const world = await World.make();
    const first = await world.open();
    await first.server.prompt(first.session, '[[say: it has its price]]');
    const { cost } = first.server.updates(first.session, 'usage_update').at(-1);
    first.server.stdin.end();
    await first.server.exited;
    world.configure(`command = ["${claude}", "--max-budget-usd", "${cost.amount / 2}"]`);
    const { server, session } = await world.open();
    const child = await fork(server, world, first.session);
    const { stopReason, _meta: { tine } } =
      await server.prompt(child.sessionId, '[[run: echo one]] [[say: fine]]');
    assert.equal(stopReason, 'end_turn');
    assert.ok(tine.usage.raw.total_cost_usd > cost.amount);
    // Of its own, a session may spend it.
    const fault = await server.prompt(session, '[[say: no]]').catch((error) => error);
    assert.equal(fault.data?.tine?.kind, 'usage_limit', JSON.stringify(fault));
    assert.match(fault.data.tine.hint, /budget/);
  });
