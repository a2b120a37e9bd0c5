// A day with Codex, through ACP: what is said, done, asked, forked and taken up again.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { test } from '../clients/cases.mjs';
import { playLoudCommand } from '../clients/loud_command.mjs';
import { runProgram } from '../clients/server.mjs';
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

test('codex: what a command prints for a terminal is shown, and obeyed by none',
  () => playLoudCommand(World));

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
  const { server, session } = await world.open({}, 'zed');
  const asked = [];
  let choose = 'allow_once';
  server.handlers['session/request_permission'] = (params) => {
    asked.push(params);
    return { outcome: { outcome: 'selected', optionId: choose } };
  };
  const outside = join(world.home, 'outside');
  await server.prompt(session, `[[escalate: touch ${outside}]] [[say: made]]`);
  assert.ok(existsSync(outside));
  assert.deepEqual(asked[0].options.map(({ optionId }) => optionId),
    ['allow_once', 'allow_always', 'reject_once', 'reject_once_2']);
  choose = 'reject_once';
  const declined = await server.prompt(session, `[[escalate: touch ${outside}2]] [[say: not made]]`);
  assert.equal(declined.stopReason, 'end_turn');
  assert.ok(!existsSync(`${outside}2`));
  assert.ok(server.text(session).endsWith('not made'));
  choose = 'reject_once_2';
  const cancelled = await server.prompt(session, `[[escalate: touch ${outside}3]] [[say: no]]`);
  assert.equal(cancelled.stopReason, 'cancelled');
});

test('codex: the transcript tells the story', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  server.handlers['session/request_permission'] = () =>
    ({ outcome: { outcome: 'selected', optionId: 'reject_once' } });
  await server.prompt(session,
    `[[think: hmm]] [[escalate: touch ${world.home}/no]] ${patch('a.txt', 'a')} [[say: done]]`);
  const words = world.story(session).join(' ');
  assert.match(words, new RegExp(['prompt', 'agent_thought_chunk', 'tool_call', 'question',
    'answer', 'tool_call_update', 'tool_call', 'tool_call_update', 'agent_message_chunk',
    'turn_end: end_turn'].join('.*')), words);
});

/// The checksums of what Codex keeps of each thread.
function rollouts(home) {
  const folder = join(home, '.codex/sessions');
  return Object.fromEntries(readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]));
}

test('codex: a whole day: work, questions, cancels, branches, a restart, and eight forks at once',
  async () => {
    const world = await World.make();
    const first = await world.open();
    const { session } = first;
    let { server } = first;
    let choose = 'allow_once';
    const answering = () => {
      server.handlers['session/request_permission'] = () =>
        ({ outcome: { outcome: 'selected', optionId: choose } });
    };
    const opening = (sessionId, at) => ({ sessionId, cwd: world.project, mcpServers: [],
      ...(at !== undefined && { _meta: { tine: { fork: { at } } } }) });
    const fork = (sessionId, at) => server.request('session/fork', opening(sessionId, at));
    const end = async (sessionId, text) => (await server.prompt(sessionId, text)).stopReason;
    const lastAsked = () => JSON.stringify(world.model.requests().at(-1).body.input);
    answering();

    // Three prompts, with a command, an edit, and leave that is given and refused.
    assert.equal(await end(session, '[[run: echo one]] [[say: command done]]'), 'end_turn');
    assert.equal(await end(session, `${patch('made.txt', 'text')} [[say: edit done]]`), 'end_turn');
    assert.equal(readFileSync(join(world.project, 'made.txt'), 'utf8'), 'text\n');
    const outside = join(world.home, 'outside');
    assert.equal(await end(session, `[[escalate: touch ${outside}]] [[say: allowed]]`), 'end_turn');
    assert.ok(existsSync(outside));
    choose = 'reject_once';
    assert.equal(await end(session, `[[escalate: touch ${outside}2]] [[say: declined]]`), 'end_turn');
    assert.ok(!existsSync(`${outside}2`));

    // Cancelled in mid-stream, and while it asks.
    const stream = server.prompt(session, '[[slow: 10000 20]]');
    await server.waitFor('the stream', ({ params }) => params?.update?.content?.text === '0 ');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await stream).stopReason, 'cancelled');
    const asked = new Promise((done) => {
      server.handlers['session/request_permission'] = () => {
        done();
        return new Promise(() => {});
      };
    });
    const question = server.prompt(session, '[[escalate: touch /nowhere/x]] [[say: no]]');
    await asked;
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await question).stopReason, 'cancelled');
    answering();

    // Branches: the fork, both sides of it, and a fork of the fork at an earlier turn.
    assert.equal(await end(session, '[[say: parent before]]'), 'end_turn');
    const before = rollouts(world.home);
    const child = await fork(session);
    assert.equal(await end(child.sessionId, '[[say: branch goes on]]'), 'end_turn');
    const grandchild = await fork(child.sessionId, 2);
    assert.equal(await end(grandchild.sessionId, '[[say: twig goes on]]'), 'end_turn');
    assert.ok(lastAsked().includes('edit done') && !lastAsked().includes('branch goes on'));
    assert.ok(!lastAsked().includes('[[say: allowed]]'));
    const late = await fork(session);
    const known = rollouts(world.home);
    for (const [name, sum] of Object.entries(before)) assert.equal(known[name], sum, name);
    assert.equal(await end(session, '[[say: parent goes on]]'), 'end_turn');
    assert.ok(!lastAsked().includes('branch goes on'));

    // Another process: one branch is loaded, the others are resumed.
    server.stdin.end();
    await server.exited;
    server = await world.serve();
    answering();
    await server.request('session/load', opening(session));
    const told = server.text(session);
    for (const said of ['command done', 'edit done', 'allowed', 'declined', 'parent before',
      'parent goes on']) assert.ok(told.includes(said), said);
    await server.request('session/resume', opening(grandchild.sessionId));
    assert.equal(server.text(grandchild.sessionId), '');
    assert.equal(await end(grandchild.sessionId, '[[say: and again]]'), 'end_turn');
    assert.ok(lastAsked().includes('twig goes on') && !lastAsked().includes('parent before'));
    assert.equal(await end(session, '[[say: parent after]]'), 'end_turn');
    assert.ok(lastAsked().includes('parent goes on'));
    // A fork that was not prompted before the restart still knows what it should find.
    await server.request('session/resume', opening(late.sessionId));
    const { _meta: { tine } } = await server.prompt(late.sessionId, '[[say: late]]');
    assert.deepEqual(tine.fork.expected, late._meta.tine.fork.expected);
    assert.equal(tine.fork.shortfall, undefined, JSON.stringify(tine.fork));

    // Eight at once.
    const sums = rollouts(world.home);
    const forks = await Promise.all(Array.from({ length: 8 }, () => fork(session)));
    await Promise.all(forks.map(({ sessionId }, i) =>
      server.prompt(sessionId, `[[slow: 20 20]] [[say: fork ${i}]]`)));
    forks.forEach(({ sessionId }, i) => assert.ok(server.text(sessionId).endsWith(`19 fork ${i}`)));
    const now = rollouts(world.home);
    for (const [name, sum] of Object.entries(sums)) assert.equal(now[name], sum, name);

    const words = world.story(session);
    assert.match(words.join(' '), new RegExp(['prompt', 'tool_call', 'turn_end: end_turn', 'question',
      'answer', 'turn_end: end_turn', 'turn_end: cancelled', 'question', 'turn_end: cancelled',
      'prompt', 'agent_message_chunk', 'turn_end: end_turn'].join('.*')));
  });

test('codex: session compress has it compact the session at the command line', async () => {
  const world = await World.make();
  const tine = async (...args) => {
    const { code, stdout, stderr } = await runProgram(args, { env: world.environment(), cwd: world.project });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const { sessionId } = JSON.parse(await tine('run', '--json', '[[say: one]]'));
  const sent = world.model.requests().length;
  assert.equal(await tine('session', 'compress', sessionId), `compressed ${sessionId}\n`);
  assert.ok(world.model.requests().length > sent);
  assert.equal(JSON.parse(await tine('session', 'show', sessionId, '--json')).status, 'available');
});
