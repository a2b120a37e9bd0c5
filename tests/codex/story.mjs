// A day with Codex, through ACP: what is said, done, asked, forked and taken up again.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { World } from './world.mjs';

const patch = (name, text) =>
  `[[patch: *** Begin Patch\n*** Add File: ${name}\n+${text}\n*** End Patch]]`;

test('codex: a prompt is answered, with thought, in chunks of one message', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const answer = await server.prompt(session, '[[think: hmm]] [[say: hello from the mock]]');
  assert.equal(answer.stopReason, 'end_turn');
  assert.equal(server.text(session), 'hello from the mock');
  const chunks = server.updates(session, 'agent_message_chunk');
  assert.ok(chunks.length > 1);
  assert.equal(new Set(chunks.map(({ messageId }) => messageId)).size, 1);
  const [thought] = server.updates(session, 'agent_thought_chunk');
  assert.equal(thought.content.text, 'hmm');
});

test('codex: a command, a plan and an edit are told as they happen', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.prompt(session,
    `[[run: echo one; exit 3]] [[plan: first | then]] ${patch('new.txt', 'hi')} [[say: done]]`);
  const calls = server.updates(session, 'tool_call');
  assert.deepEqual(calls.map(({ kind }) => kind), ['execute', 'edit']);
  assert.equal(calls[0].title, 'echo one; exit 3');
  const ends = server.updates(session, 'tool_call_update').filter(({ status }) => status);
  assert.deepEqual(ends.map(({ status }) => status), ['failed', 'completed']);
  assert.deepEqual(ends[0].content[0].content.text, 'one\n');
  assert.equal(ends[0].rawOutput.exitCode, 3);
  const diff = ends[1].content[0];
  assert.equal(diff.path, join(world.project, 'new.txt'));
  assert.equal(diff.newText, 'hi\n');
  assert.equal(readFileSync(join(world.project, 'new.txt'), 'utf8'), 'hi\n');
  const [plan] = server.updates(session, 'plan');
  assert.deepEqual(plan.entries.map(({ status }) => status), ['in_progress', 'pending']);
});

test('codex: each session and each fork sees its own identity in a command', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const shown = async (id) => {
    await server.prompt(id, '[[run: echo I am $TINE_SESSION_ID]] [[say: ok]]');
    return JSON.stringify(server.updates(id, 'tool_call_update'));
  };
  assert.ok((await shown(session)).includes(`I am ${session}`));
  const fork = await server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.ok((await shown(fork.sessionId)).includes(`I am ${fork.sessionId}`));
  const other = await server.newSession(world.project);
  assert.ok((await shown(other)).includes(`I am ${other}`));
});

test('codex: what is asked is done when it is allowed and not when it is declined', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const asked = [];
  let choose = 'accept';
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return { outcome: { outcome: 'selected', optionId: choose } };
  };
  const outside = join(world.home, 'outside');
  await server.prompt(session, `[[escalate: touch ${outside}]] [[say: made]]`);
  assert.ok(existsSync(outside));
  assert.deepEqual(asked[0].options.map(({ optionId }) => optionId).filter((id) => id.length < 8),
    ['accept', 'decline', 'cancel']);
  choose = 'decline';
  const declined = await server.prompt(session, `[[escalate: touch ${outside}2]] [[say: not made]]`);
  assert.equal(declined.stopReason, 'end_turn');
  assert.ok(!existsSync(`${outside}2`));
  assert.ok(server.text(session).endsWith('not made'));
  choose = 'cancel';
  const cancelled = await server.prompt(session, `[[escalate: touch ${outside}3]] [[say: no]]`);
  assert.equal(cancelled.stopReason, 'cancelled');
});

test('codex: a cancel in mid-stream or during a question ends the turn, and the next one runs',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const stream = server.prompt(session, '[[slow: 10000 20]]');
    await server.waitFor('the first words',
      ({ params }) => params?.update?.sessionUpdate === 'agent_message_chunk');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await stream).stopReason, 'cancelled');
    const question = server.prompt(session, '[[escalate: touch /tmp/x]] [[say: no]]');
    await server.waitFor('the question', ({ method }) => method === 'session/request_permission');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await question).stopReason, 'cancelled');
    assert.equal((await server.prompt(session, '[[say: still here]]')).stopReason, 'end_turn');
    assert.ok(server.text(session).endsWith('still here'));
  });

test('codex: a session is taken up again after a restart', async () => {
  const world = await World.make();
  const first = await world.open();
  await first.server.prompt(first.session, '[[say: before]]');
  first.server.stdin.end();
  await first.server.exited;
  const server = await world.serve();
  await server.request('session/load',
    { sessionId: first.session, cwd: world.project, mcpServers: [] });
  assert.equal(server.text(first.session), 'before');
  await server.prompt(first.session, '[[say: afterwards]]');
  assert.equal(server.text(first.session), 'beforeafterwards');
  const [one, two] = world.model.requests();
  const texts = ({ body }) => JSON.stringify(body.input);
  assert.ok(texts(two).includes('before'));
  assert.ok(!texts(one).includes('afterwards'));
});

/// The lines of a session's transcript as words: what happened, in order.
function story(world, session) {
  const folder = join(world.home, 'state');
  const file = readdirSync(folder, { recursive: true })
    .find((name) => name.endsWith(join(session, 'transcript.jsonl')));
  const said = ({ type, data }) => {
    if (type === 'update') return data.update?.sessionUpdate ?? data.sessionUpdate ?? type;
    if (type === 'turn_end') return `${type}: ${data.stopReason ?? data.stop}`;
    return type;
  };
  const words = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
    .map((line) => said(JSON.parse(line)));
  // Chunks and other repetitions are one word.
  return words.filter((word, i) => word !== words[i - 1]);
}

test('codex: the transcript tells the story', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  server.handlers['session/request_permission'] = () =>
    ({ outcome: { outcome: 'selected', optionId: 'decline' } });
  await server.prompt(session,
    `[[think: hmm]] [[escalate: touch ${world.home}/no]] ${patch('a.txt', 'a')} [[say: done]]`);
  const words = story(world, session).join(' ');
  assert.match(words, new RegExp(['prompt', 'agent_thought_chunk', 'tool_call', 'question',
    'answer', 'tool_call_update', 'tool_call', 'tool_call_update', 'agent_message_chunk',
    'turn_end: end_turn'].join('.*')), words);
});
