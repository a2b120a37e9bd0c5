// A day with a real ACP agent behind the program: what is said, done, asked, forked and taken up
// again.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, running, test, until } from '../clients/cases.mjs';
import { World } from './world.mjs';

const nothingRuns = () => until('every process to be gone', () => running().length === 0);

/// What the editor can do. To one without notices the adapter for Claude Code says them as text.
export const editor = { session: { notices: {} } };

/// Has the answer to each question be the first option of that kind.
function answering(server, kind) {
  const asked = [];
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    const { optionId } = params.options.find((each) => each.kind === kind);
    return { outcome: { outcome: 'selected', optionId } };
  };
  return asked;
}

const fork = (server, world, session) => server.request('session/fork',
  { sessionId: session, cwd: world.project, mcpServers: [] });

const written = (world) => {
  const folder = join(world.home, 'state');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => readFileSync(join(each.parentPath, each.name), 'latin1')).join('\n');
};

/// Registers the cases of the day with an agent as world.mjs describes it.
export function playDay(name, agent) {
  const { ask } = agent;
  const part = agent.slow ? longTest : test;

  part(`${name}: a prompt is answered, and its tokens are counted`, async () => {
    const world = await World.make(name, agent);
    const { server, session } = await world.open(editor, 'zed');
    const { stopReason, usage, _meta: { tine } } = await server.prompt(session,
      '[[say: hello from the mock]]');
    assert.equal(stopReason, 'end_turn');
    assert.equal(server.text(session), 'hello from the mock');
    const modes = server.updates(session, 'config_option_update').at(-1).configOptions;
    assert.equal(modes[0].category, 'mode');
    if (agent.counts === false) return;
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens +
      (usage.cachedReadTokens ?? 0) + (usage.cachedWriteTokens ?? 0));
    assert.ok(tine.usage.prompt > 1000);
  });

  test(`${name}: a command runs when it is allowed, and not when it is declined`, async () => {
    const world = await World.make(name, agent);
    const { server, session } = await world.open(editor, 'zed');
    if (ask.mode) {
      await server.prompt(session, '[[say: I am here]]');
      await server.request('session/set_mode', { sessionId: session, modeId: ask.mode });
    }
    const file = (which) => join(ask.outside ? world.home : world.project, which);
    const declined = answering(server, 'reject_once');
    await server.prompt(session, `${ask.run(`touch ${file('no')}`)} [[say: well]]`);
    assert.equal(declined.length, 1);
    assert.ok(!existsSync(file('no')));
    const allowed = answering(server, 'allow_once');
    await server.prompt(session, `${ask.run(`touch ${file('yes')}`)} [[say: made]]`);
    assert.equal(allowed.length, 1);
    assert.ok(existsSync(file('yes')));
    const calls = server.updates(session, ask.told ?? 'tool_call');
    assert.equal(calls.at(-1).kind, 'execute');
    assert.match(world.transcript(session), /"method":"session\/request_permission"/);
  });

  part(`${name}: a cancel ends the turn, and the session goes on`, async () => {
    const world = await World.make(name, agent);
    const { server, session } = await world.open(editor, 'zed');
    const turn = server.prompt(session, '[[say: I wait]] [[hang: body 1]]');
    // Some keep a word back until the next one comes.
    await until('its words', () => server.text(session).startsWith('I '));
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await turn).stopReason, 'cancelled');
    const next = await server.prompt(session, '[[say: and on it goes]]');
    assert.equal(next.stopReason, 'end_turn');
    assert.match(server.text(session), /and on it goes$/);
  });

  part(`${name}: a session is taken up again by another tine, without its secrets`, async () => {
    const world = await World.make(name, agent);
    const first = await world.open(editor, 'zed');
    const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    await first.server.prompt(first.session, `[[say: noted]] my token is ${secret}, plant a walnut`);
    assert.match(world.toldWith('plant a walnut'), new RegExp(secret));
    first.server.stdin.end();
    await first.server.exited;
    await nothingRuns();
    assert.doesNotMatch(written(world), new RegExp(secret));

    const server = await world.serve(editor, 'zed');
    await server.request('session/load',
      { sessionId: first.session, cwd: world.project, mcpServers: [] });
    assert.equal(server.text(first.session), 'noted');
    const before = server.messages.length;
    const asked = answering(server, 'allow_once');
    const { _meta: { tine } } = await server.prompt(first.session, '[[say: again]]');
    assert.equal(asked.length, agent.forgets ? 1 : 0);
    assert.match(world.toldWith('[[say: again]]'), /walnut/, JSON.stringify(tine));
    // What the agent replays is not told again.
    const later = server.messages.slice(before).map(({ params }) => params?.update?.content?.text);
    assert.ok(!later.includes('noted'));
    server.stdin.end();
    await server.exited;
    await nothingRuns();
  });
}

/// A fork, made as `strategy` says, knows the past, and parent and fork go their own ways.
export async function playFork(name, agent, strategy = 'native') {
  const world = await World.make(name, agent);
  const { server, session } = await world.open(editor, 'zed');
  await server.prompt(session, '[[say: noted]] plant a walnut');
  const { sessionId, _meta: { tine } } = await fork(server, world, session);
  assert.equal(tine.fork.strategy, strategy, JSON.stringify(tine.fork));
  await server.prompt(session, '[[say: later]] then a birch');
  assert.match(world.toldWith('then a birch'), /walnut/);
  await server.prompt(sessionId, '[[say: mine]] then an oak');
  assert.match(world.toldWith('then an oak'), /walnut/);
  assert.doesNotMatch(world.toldWith('then an oak'), /birch/);
  await server.prompt(session, '[[say: yours]] and a beech');
  assert.match(world.toldWith('and a beech'), /birch/);
  assert.doesNotMatch(world.toldWith('and a beech'), /an oak/);
  const { sessions } = await server.request('session/list', { cwd: world.project });
  assert.equal(new Set(sessions.map(({ title }) => title)).size, 2, JSON.stringify(sessions));
}
