// A day with Claude Code, through ACP: what is said, done, asked, forked, cancelled and taken up
// again.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { longTest, test, until } from '../clients/cases.mjs';
import { playLoudCommand } from '../clients/loud_command.mjs';
import { runProgram } from '../clients/server.mjs';
import { answering, chosen, claude, pixel, World } from './world.mjs';

const call = (name, input) => `[[call: ${name} ${JSON.stringify(input)}]]`;

test('claude: a prompt is answered, with thought, in chunks of one message', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  const answer = await server.prompt(session, '[[think: hmm]] [[say: hello from the mock]]');
  assert.equal(answer.stopReason, 'end_turn');
  assert.equal(server.text(session), 'hello from the mock');
  const chunks = server.updates(session, 'agent_message_chunk');
  assert.ok(chunks.length > 1);
  const ids = new Set(chunks.map(({ messageId }) => messageId));
  assert.equal(ids.size, 1);
  const [thought] = server.updates(session, 'agent_thought_chunk');
  assert.equal(thought.content.text, 'hmm');
  assert.ok(!ids.has(thought.messageId));
});

/// What became of each tool call: all that was told of it, the later over the earlier.
function calls(server, session) {
  const told = new Map();
  for (const update of server.updates(session)) {
    if (!update.sessionUpdate.startsWith('tool_call')) continue;
    told.set(update.toolCallId, { ...told.get(update.toolCallId), ...update });
  }
  return [...told.values()];
}

test('claude: commands, edits, files and plans are told as they happen', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  answering(server, () => chosen('allow_once'));
  const path = join(world.project, 'made.txt');
  const image = join(world.project, 'dot.png');
  writeFileSync(image, Buffer.from(pixel, 'base64'));
  await server.prompt(session, ['[[run: echo one; exit 3]]',
    call('Write', { file_path: path, content: 'hi\nthere\n' }),
    call('Edit', { file_path: path, old_string: 'there', new_string: 'here' }),
    call('Read', { file_path: path }), call('Read', { file_path: image }),
    call('TaskCreate', { subject: 'first', description: 'the first' }),
    call('TaskCreate', { subject: 'then', description: 'the second' }),
    call('TaskUpdate', { taskId: '1', status: 'in_progress' }), '[[say: done]]'].join(' '));
  const [command, write, edit, read, seen, ...more] = calls(server, session);
  assert.equal(more.length, 0);
  const facts = ({ kind, status, title }) => [kind, status, title];
  assert.deepEqual([command, write, edit, read].map(facts),
    [['execute', 'failed', 'echo one; exit 3'], ['edit', 'completed', 'Write made.txt'],
      ['edit', 'completed', 'Edit made.txt'], ['read', 'completed', 'Read made.txt']]);
  assert.equal(command.rawInput.command, 'echo one; exit 3');
  assert.match(command.content[0].content.text, /one/);
  assert.deepEqual(write.content, [{ type: 'diff', path, newText: 'hi\nthere\n' }]);
  assert.deepEqual(edit.content,
    [{ type: 'diff', path, oldText: 'hi\nthere\n', newText: 'hi\nhere\n' }]);
  assert.deepEqual(edit.locations, [{ path, line: 1 }]);
  assert.deepEqual(read.locations, [{ path }]);
  assert.match(read.content[0].content.text, /here/);
  assert.deepEqual([seen.content[0].content.type, seen.content[0].content.mimeType],
    ['image', 'image/png']);
  const plans = server.updates(session, 'plan').map(({ entries }) => entries.map(
    ({ content, status }) => `${content}: ${status}`));
  assert.deepEqual(plans, [['first: pending'], ['first: pending', 'then: pending'],
    ['first: in_progress', 'then: pending']]);
});

const agent = (more) => call('Agent', { description: 'Looks', subagent_type: 'general-purpose',
  prompt: '[[think: hm]] [[run: touch inside]] [[say: the report]]', ...more });

for (const background of [false, true]) {
  const where = background ? 'background' : 'foreground';
  test(`claude: a sub-agent in the ${where} works, asks and reports within the turn`, async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    const asked = answering(server, () => chosen('allow_once'));
    await server.prompt(session,
      `${agent(!background && { run_in_background: false })} [[say: told]]`);
    const [own, inner, ...more] = calls(server, session);
    assert.equal(more.length, 0);
    assert.deepEqual([own.kind, own.title, own.status], ['think', 'Agent: Looks', 'completed']);
    assert.deepEqual(own.content.map(({ content }) => content.text).at(-1), 'the report');
    assert.deepEqual([inner.title, inner.status], ['touch inside', 'completed']);
    assert.equal(inner._meta.tine.parentToolCallId, own.toolCallId);
    assert.deepEqual(asked.map(({ toolCall }) => toolCall.toolCallId), [inner.toolCallId]);
    assert.ok(existsSync(join(world.project, 'inside')));
    const ends = server.updates(session).filter(({ toolCallId, status }) =>
      toolCallId === own.toolCallId && status === 'completed');
    assert.equal(ends.length, 1);
    // What it says and thinks is not shown; what Claude says to its report is.
    assert.deepEqual(server.updates(session, 'agent_thought_chunk'), []);
    assert.equal(server.text(session), background ? 'toldtold' : 'told');
    assert.equal(server.updates(session).at(-1).sessionUpdate, 'usage_update');
  });
}

test('claude: what a command prints for a terminal is shown, and obeyed by none',
  () => playLoudCommand(World));

test('claude: a compaction is told, and what the CLI says itself', async () => {
  const world = await World.make();
  const { server, session } = await world.open({ session: { compaction: {} } });
  await server.prompt(session, '[[say: much]]');
  assert.equal((await server.prompt(session, '/compact')).stopReason, 'end_turn');
  const told = server.updates(session, 'compaction_update');
  assert.deepEqual(told.map(({ status }) => status), ['in_progress', 'completed']);
  assert.equal(new Set(told.map(({ compactionId }) => compactionId)).size, 1);
  assert.equal(server.text(session), 'much');
  // It counts tokens, and asks nothing.
  const answers = () => world.model.requests().filter(({ response }) => response).length;
  const before = answers();
  await server.prompt(session, '/context');
  assert.match(server.text(session), /Context Usage/);
  assert.equal(answers(), before);
  await server.prompt(session, '[[say: after it]]');
  assert.ok(server.text(session).endsWith('after it'));
});

test('claude: a compaction says nothing again of what a command has printed before', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  for (const prompt of ['[[say: hello]]', '/context', '/compact', '/context', '[[say: on]]'])
    await server.prompt(session, prompt);
  const said = server.text(session);
  assert.equal(said.split('Context Usage').length - 1, 2, said);
  assert.match(said, /^hello.*on$/s);
});

test('claude: a session that becomes too large in its turn cancels it, and can be forked', async () => {
  const world = await World.make({ variables: { TINE_MAX_SESSION_BYTES: '6000' } });
  const { server, session } = await world.open();
  await server.prompt(session, '[[say: remembered]]');
  const fault = await server.prompt(session, '[[slow: 100000 5]]').catch((error) => error);
  assert.equal(fault.data?.tine?.kind, 'session_too_large', JSON.stringify(fault));
  assert.ok(world.transcript(session).length < 10_000);
  const again = await server.prompt(session, '[[say: no]]').catch((error) => error);
  assert.equal(again.data?.tine?.kind, 'session_too_large', JSON.stringify(again));
  await server.prompt(session, '/compact');
  assert.ok(server.updates(session).some((each) => JSON.stringify(each).includes('compacted')));
  const { sessionId } = await server.request('session/fork',
    { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal((await server.prompt(sessionId, '[[say: in the fork]]')).stopReason, 'end_turn');
});

test('claude: a line that nobody knows is passed over', async () => {
  const world = await World.make();
  const more = String.raw`{"type":"novel","message":[]}\n{"type":"system","subtype":"novel"}`;
  const novel = String.raw`s/^{"type":"/${more}\nnovel\n&/`;
  world.configure(`command = ["sh", "-c", '''"$0" "$@" | sed -u '${novel}' ''', "${claude}"]`);
  const { server, session } = await world.open();
  answering(server, () => chosen('allow_once'));
  const { stopReason } = await server.prompt(session, '[[run: touch one]] [[say: done]]');
  assert.equal(stopReason, 'end_turn');
  assert.equal(server.text(session), 'done');
  assert.equal(calls(server, session)[0].status, 'completed');
});

// --- cancelling

/// Each is cancelled when its second part says so.
const cancelled = [
  ['at once', '[[say: no]]', () => {}],
  ['a millisecond later', '[[say: no]]', () => new Promise((done) => { setTimeout(done, 1); })],
  ['in mid-stream', '[[slow: 10000 20]]', ({ server }) =>
    server.waitFor('the stream', ({ params }) => params?.update?.content?.text === '1 ')],
  ['while Claude Code waits to try again', '[[status: 500 9]]', ({ server }) =>
    server.waitFor('a notice', ({ params }) => params?.update?.sessionUpdate === 'notice')],
  ['while nothing comes', '[[hang: headers]]', ({ world, before }) =>
    until('the request', () => world.model.requests().length > before)],
  ['while nothing more comes', '[[say: half]] [[hang: body]]', ({ server }) =>
    server.waitFor('the half', ({ params }) => params?.update?.content?.text === 'half')],
  ['while a command runs', '[[run: touch begun; sleep 1000]]', ({ world }) =>
    until('the command', () => existsSync(join(world.project, 'begun')))],
  ['during a question', '[[run: touch begun]]', ({ server }) =>
    server.waitFor('it', ({ method }) => method === 'session/request_permission')],
];

for (const [when, prompt, reached] of cancelled) {
  test(`claude: a turn is cancelled ${when}, and the next one is a new one`, async () => {
    const world = await World.make();
    const { server, session } = await world.open({ session: { notices: {} } });
    if (prompt.includes('sleep')) answering(server, () => chosen('allow_once'));
    else answering(server, () => new Promise(() => {}));
    // Once while the process starts, and once while it runs.
    for (const turn of prompt.includes('[[run') ? [1] : [1, 2]) {
      const before = world.model.requests().length;
      server.messages.length = 0;
      const running = server.prompt(session, prompt);
      await reached({ server, world, before });
      server.notify('session/cancel', { sessionId: session });
      assert.equal((await running).stopReason, 'cancelled');
      const { stopReason, _meta: { tine } } = await server.prompt(session, `[[say: new ${turn}]]`);
      assert.equal(stopReason, 'end_turn');
      assert.equal(tine.turn, 2 * turn);
      assert.ok(server.text(session).endsWith(`new ${turn}`), server.text(session));
    }
  });
}

// --- the whole day

/// What was said in each of Claude Code's conversations, as checksums. A process that ends, as one
/// does that goes to sleep, adds lines of its own about it.
function conversations(home) {
  const said = (name) => readFileSync(join(home, '.claude/projects', name), 'utf8').split('\n')
    .filter((line) => line.includes('"uuid":"')).join('\n');
  const folder = join(home, '.claude/projects');
  return Object.fromEntries(readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => [name,
      createHash('sha256').update(said(name)).digest('hex')]));
}

longTest('claude: the whole day in one: work, leave, cancels, branches, a restart, eight at once',
  async () => {
    const world = await World.make();
    let { server, session } = await world.open();
    let choose = 'allow_once';
    const answer = () => answering(server, () => chosen(choose));
    const opening = (sessionId, at) => ({ sessionId, cwd: world.project, mcpServers: [],
      ...(at !== undefined && { _meta: { tine: { fork: { at } } } }) });
    const fork = (sessionId, at) => server.request('session/fork', opening(sessionId, at));
    const end = async (sessionId, text) => (await server.prompt(sessionId, text)).stopReason;
    const lastAsked = () => JSON.stringify(world.model.requests().at(-1).body.messages);
    const unchanged = (before) => {
      const now = conversations(world.home);
      for (const [name, sum] of Object.entries(before)) assert.equal(now[name], sum, name);
    };
    answer();

    // Three prompts, with a command, an edit, and leave that is given and refused.
    assert.equal(await end(session, '[[run: echo one]] [[say: command done]]'), 'end_turn');
    const made = join(world.project, 'made.txt');
    assert.equal(await end(session,
      `${call('Write', { file_path: made, content: 'text\n' })} [[say: edit done]]`), 'end_turn');
    assert.equal(readFileSync(made, 'utf8'), 'text\n');
    const inside = (name) => join(world.project, name);
    assert.equal(await end(session, '[[run: touch one]] [[say: allowed]]'), 'end_turn');
    assert.ok(existsSync(inside('one')));
    choose = 'reject_once';
    assert.equal(await end(session, '[[run: touch two]] [[say: declined]]'), 'end_turn');
    assert.ok(!existsSync(inside('two')));

    // Cancelled in mid-stream, and while it asks.
    const stream = server.prompt(session, '[[slow: 10000 20]]');
    await server.waitFor('the stream', ({ params }) => params?.update?.content?.text === '0 ');
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await stream).stopReason, 'cancelled');
    const asked = new Promise((done) => {
      answering(server, () => {
        done();
        return new Promise(() => {});
      });
    });
    const question = server.prompt(session, '[[run: touch three]] [[say: no]]');
    await asked;
    server.notify('session/cancel', { sessionId: session });
    assert.equal((await question).stopReason, 'cancelled');
    assert.ok(!existsSync(inside('three')));
    answer();

    // Branches: the fork, both sides of it, and a fork of the fork at an earlier turn.
    assert.equal(await end(session, '[[say: parent before]]'), 'end_turn');
    const before = conversations(world.home);
    const child = await fork(session);
    assert.equal(await end(child.sessionId, '[[say: branch goes on]]'), 'end_turn');
    const grandchild = await fork(child.sessionId, 2);
    assert.equal(await end(grandchild.sessionId, '[[say: twig goes on]]'), 'end_turn');
    assert.ok(lastAsked().includes('edit done') && !lastAsked().includes('branch goes on'));
    assert.ok(!lastAsked().includes('[[say: allowed]]'));
    const late = await fork(session);
    unchanged(before);
    assert.equal(await end(session, '[[say: parent goes on]]'), 'end_turn');
    assert.ok(!lastAsked().includes('branch goes on'));

    // Another process: one branch is loaded, the others are resumed.
    server.stdin.end();
    await server.exited;
    server = await world.serve();
    answer();
    await server.request('session/load', opening(session));
    const told = server.text(session);
    for (const said of ['command done', 'edit done', 'allowed', 'declined', 'parent before',
      'parent goes on']) assert.ok(told.includes(said), said);
    await server.request('session/resume', opening(grandchild.sessionId));
    assert.equal(server.text(grandchild.sessionId), '');
    assert.equal(await end(grandchild.sessionId, '[[say: and again]]'), 'end_turn');
    assert.ok(lastAsked().includes('twig goes on') && !lastAsked().includes('parent before'));
    await server.request('session/close', { sessionId: grandchild.sessionId });
    assert.equal(await end(session, '[[say: parent after]]'), 'end_turn');
    assert.ok(lastAsked().includes('parent goes on'));
    // A fork that was not prompted before the restart still begins where it was made.
    await server.request('session/resume', opening(late.sessionId));
    assert.equal(await end(late.sessionId, '[[say: late]]'), 'end_turn');
    assert.ok(lastAsked().includes('parent before') && !lastAsked().includes('parent goes on'));
    await server.request('session/close', { sessionId: late.sessionId });

    // Eight at once.
    const sums = conversations(world.home);
    const forks = await Promise.all(Array.from({ length: 8 }, () => fork(session)));
    await Promise.all(forks.map(({ sessionId }, i) =>
      server.prompt(sessionId, `[[slow: 20 20]] [[say: fork ${i}]]`)));
    forks.forEach(({ sessionId }, i) => assert.ok(server.text(sessionId).endsWith(`19 fork ${i}`)));
    unchanged(sums);

    assert.match(world.story(session).join(' '), new RegExp(['prompt', 'tool_call',
      'turn_end: end_turn', 'question', 'answer', 'turn_end: end_turn', 'turn_end: cancelled',
      'question', 'turn_end: cancelled', 'prompt', 'agent_message_chunk', 'turn_end: end_turn']
      .join('.*')));
  });

test('claude: session compress has it compact the session at the command line', async () => {
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
