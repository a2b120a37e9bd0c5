// /tine-fork with words behind it: the fork works on them at once, though nobody has opened it, and
// what becomes of that when its parent or the client goes.

import assert from 'node:assert/strict';

import { directory, test, until } from '../clients/cases.mjs';
import { runProgram, Server } from '../clients/server.mjs';
import { acting, guardians } from '../process/actors.mjs';

const load = (server, sessionId, parent) => server.request('session/load',
  { sessionId, cwd: server.cwdOf(parent), mcpServers: [] });

/// A session with a turn, and a fork of it with that first prompt.
async function forked(words, options = {}) {
  const { server, session } = await Server.open(options);
  await server.prompt(session, 'plant a walnut');
  await server.prompt(session, `/tine-fork ${words}`);
  const child = /\(([0-9A-Z]{26})\)/.exec(server.text(session))[1];
  return { server, session, child };
}

/// The children as the list of sessions has them.
const listed = async (server, id) =>
  (await server.request('session/list')).sessions.find(({ sessionId }) => sessionId === id);
const turnsOf = async (server, id) => (await listed(server, id))?._meta.tine.turns;
const worked = (server, child) => until('the fork to have had its turn', async () =>
  (await turnsOf(server, child)) === 2);
const begun = (server, child) => until('the fork to have begun', async () =>
  /: /.test((await listed(server, child)).title));

test('fork command: the words are the first prompt of the fork, which has answered it by the time it is opened',
  async () => {
    const { server, session, child } = await forked('@1 rehearsal [[recall]] [[say:With a queue.]]');
    assert.match(server.text(session), /It works on your prompt now.*\nTo open it, choose it in your editor's list/s);
    await worked(server, child);
    assert.equal((await listed(server, child)).title, 'plant a walnut (fork 1): [[recall]] [[say:With a queue.]]');
    assert.equal(server.text(child), '');
    await load(server, child, session);
    assert.match(server.text(child), /walnut[^]*With a queue\./);
    const { _meta } = await server.prompt(child, 'and now?');
    assert.equal(_meta.tine.turn, 3);
    // The command itself was a turn of the parent.
    assert.equal((await server.prompt(session, '[[recall]]'))._meta.tine.turn, 3);
    assert.match(server.text(session), /1\. plant a walnut(?!\n2)/);
  });

test('fork command: lines and files behind the words go with them', async () => {
  const { server, session } = await Server.open();
  await server.prompt(session, 'plant a walnut');
  await server.request('session/prompt', { sessionId: session, prompt: [
    { type: 'text', text: '/tine-fork look at this\nand at [[recall]] that' },
    { type: 'resource_link', name: 'notes.md', uri: 'file:///notes.md' }] });
  const child = /\(([0-9A-Z]{26})\)/.exec(server.text(session))[1];
  await worked(server, child);
  await load(server, child, session);
  const said = server.updates(child, 'user_message_chunk').map(({ content }) => content);
  assert.equal(said[1].text, 'look at this\nand at [[recall]] that');
  assert.equal(said[2].uri, 'file:///notes.md');
});

test('fork command: a client that opens the fork while it works sees the rest, and may cancel it', async () => {
  const { server, session, child } = await forked('[[say:begun]] [[hang]] now');
  await begun(server, child);
  await load(server, child, session);
  await until('what was said', () => server.text(child).includes('begun'));
  server.notify('session/cancel', { sessionId: child });
  await worked(server, child);
  assert.equal((await server.prompt(child, 'go on')).stopReason, 'end_turn');
});

for (const [what, gone] of [
  ['cancelled', (server, session) => server.notify('session/cancel', { sessionId: session })],
  ['closed', (server, session) => server.request('session/close', { sessionId: session })],
  ['deleted', (server, session) => server.request('session/delete', { sessionId: session })],
]) {
  test(`fork command: the fork works on when its parent is ${what}`, async () => {
    const { server, session, child } = await forked('[[say:begun]] [[slow:20:20]]abcdefghijklmnopqrst [[say:Done.]]');
    await gone(server, session);
    await worked(server, child);
    await load(server, child, session);
    assert.match(server.text(child), /begun[^]*Done\./);
  });
}

test('fork command: when the client goes the fork ends, and its turn is written down', async () => {
  const home = directory('home');
  const env = { HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` };
  const { server, session, child } = await forked('[[say:begun]] [[hang]] now', { env });
  await begun(server, child);
  const cwd = server.cwdOf(session);
  server.stdin.end();
  assert.equal((await server.exited).code, 0);
  const { stdout } = await runProgram(['session', 'export', child], { env, cwd });
  const records = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(records.some(({ data }) => JSON.stringify(data ?? '').includes('begun')));
  assert.equal(records.at(-1).type, 'turn_end');
  assert.equal(records.at(-1).data.stop, 'cancelled');
});

test('fork command: nothing runs for a fork that nobody opens, once it has answered', async () => {
  const { server, session, child } = await forked('try it', { env: acting('codex') });
  await until('the fork to be closed', async () => {
    const state = await listed(server, child);
    return state._meta.tine.turns === 2;
  });
  // A fork on the disk alone is opened anew.
  await load(server, child, session);
  assert.match(server.text(child), /acted/);
  server.stdin.end();
  await server.exited;
  await until('its processes to be gone', () => guardians(server).length === 0);
});

test('fork command: that the first prompt has failed is told in the session where it was asked for', async () => {
  const { server, session, child } = await forked('[[fail:overloaded]] now');
  await server.waitFor('the notice', ({ params }) =>
    params?.sessionId === session && JSON.stringify(params).includes('failed'));
  await load(server, child, session);
  assert.equal((await server.prompt(child, 'again')).stopReason, 'end_turn');
});

test('fork command: what the fork asks for is refused while nobody has opened it', async () => {
  const { server, session, child } = await forked('[[ask:make all]] [[say:after]] now');
  await worked(server, child);
  assert.ok(!server.messages.some(({ method }) => method === 'session/request_permission'));
  await load(server, child, session);
  assert.match(server.text(child), /after|refused|not/);
});
