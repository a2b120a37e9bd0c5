// A backend whose limit is used up: on which one the session goes on, what that one knows, what the
// client is asked and told, and the way back.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { answering, apiKey, choosing, serving } from '../claude/world.mjs';
import { test, until } from '../clients/cases.mjs';
import { RpcError } from '../clients/server.mjs';
import { fork, World } from './world.mjs';

const yes = choosing('allow_once');
const no = choosing('reject_once');
/// What makes the backends of these names fail by their limit, for so many seconds.
const limit = (names, seconds = 7200) => `[[fail:usage_limit:${names}:${seconds}]]`;

async function begin(from, { decide = yes, ...options } = {}) {
  const world = await World.make(options);
  const server = await world.serve(from);
  const asked = answering(server, decide);
  const session = await server.newSession(world.project);
  return { world, server, asked, session };
}

async function say(server, session, prompt) {
  const before = server.text(session).length;
  const { stopReason, _meta: { tine } } = await server.prompt(session, prompt);
  assert.equal(stopReason, 'end_turn');
  return { text: server.text(session).slice(before), tine };
}

const failing = (promise) => promise.then(() => assert.fail('the turn did not fail'), (error) => {
  assert.ok(error instanceof RpcError, error);
  return error;
});

/// A file in the session's folder.
function fileOf(world, session, name) {
  const state = join(world.ofCodex.home, 'state');
  const found = readdirSync(state, { recursive: true })
    .find((each) => each.endsWith(`${session}/${name}`) || each.endsWith(`${session.toLowerCase()}/${name}`));
  return readFileSync(join(state, found), 'utf8');
}
const stateOf = (world, session) => fileOf(world, session, 'state.toml');
const records = (world, session) => fileOf(world, session, 'transcript.jsonl').split('\n').slice(0, -1)
  .map((line) => JSON.parse(line));

test('failover: the client is asked once, and the session goes on with all that it knows', async () => {
  const { world, server, asked, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
  await say(server, session, 'plant a walnut');
  const { text, tine } = await say(server, session, `${limit('rehearsal')} [[say:Done.]] and an oak`);
  assert.match(text, /Done\./);
  assert.equal(asked.length, 1);
  const [{ toolCall }] = asked;
  assert.match(toolCall.title, /^The limit of rehearsal is used up until 20..-..-.. ..:.. UTC\. Go on with other\?$/);
  assert.match(JSON.stringify(toolCall.content), /summary.*mode ask.*sent again/s);
  assert.equal(tine.failover.from, 'rehearsal');
  assert.equal(tine.failover.backend, 'other');
  assert.equal(tine.failover.strategy, 'soft');
  assert.match(tine.failover.limitedUntil, /^20/);
  assert.deepEqual(tine.failover.attempts.map(({ backend, worked }) => [backend, worked]), [['other', true]]);
  const { text: recalled } = await say(server, session, '[[recall]]');
  assert.match(recalled, /walnut/);
  assert.match(recalled, /and an oak/);
  assert.equal(recalled.split('and an oak').length, 2);
  assert.match(stateOf(world, session), /backend = "other"/);
  const change = records(world, session).find(({ type }) => type === 'backend');
  assert.deepEqual([change.data.from, change.data.backend, change.data.reason],
    ['rehearsal', 'other', 'usage_limit']);
  server.stdin.end();
  await server.exited;

  // The same after a restart.
  const again = await world.serve('rehearsal');
  const { _meta } = await again.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal(_meta.tine.backend, 'other');
  assert.match((await say(again, session, '[[recall]]')).text, /walnut/);
});

test('failover: a no is the limit error, and the session stays', async () => {
  const { world, server, asked, session } = await begin('rehearsal',
    { decide: no, settings: 'fallback = ["other", "codex"]' });
  await say(server, session, 'plant a walnut');
  const error = await failing(server.prompt(session, limit('rehearsal')));
  assert.equal(error.data.tine.kind, 'usage_limit');
  assert.match(error.data.tine.hint, /Not with other: the client did not agree/);
  assert.ok(error.data.tine.retryAfter > 7000);
  assert.equal(asked.length, 1);
  assert.match(stateOf(world, session), /backend = "rehearsal"/);
  assert.match((await say(server, session, '[[recall]]')).text, /1\. plant a walnut/);
});

/// The provider gets too many requests, and the backend gives up.
const tooMany = (seconds) => `[[fail:rate_limited:rehearsal:${seconds}]]`;

test('failover: a backend that gives up on too many requests is left as well, for ten minutes at least',
  async () => {
    for (const [seconds, least, most] of [[35, 590, 610], [3600, 3590, 3610]]) {
      const { world, server, asked, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
      await say(server, session, 'plant a walnut');
      const { text, tine } = await say(server, session, `${tooMany(seconds)} [[say:Done.]] and an oak`);
      assert.match(text, /Done\./);
      assert.equal(asked[0].toolCall.title,
        'rehearsal has given up, as its provider got too many requests. Go on with other?');
      assert.equal(tine.failover.backend, 'other');
      const until = /until = "(.*)"/.exec(stateOf(world, session))[1];
      const away = (Date.parse(until) - Date.now()) / 1000;
      assert.ok(away > least - 60 && away < most, `${away}`);
      assert.equal(records(world, session).find(({ type }) => type === 'backend').data.reason, 'rate_limited');
    }
  });

test('failover: a no to that is the error of the backend, with what became of the others', async () => {
  const { world, server, session } = await begin('rehearsal',
    { decide: no, settings: 'fallback = ["other"]' });
  await say(server, session, 'plant a walnut');
  const error = await failing(server.prompt(session, tooMany(35)));
  assert.equal(error.data.tine.kind, 'rate_limited');
  assert.match(error.data.tine.hint, /Wait and try again.*Not with other: the client did not agree/);
  assert.equal(error.data.tine.retryAfter, 35);
  assert.match(stateOf(world, session), /backend = "rehearsal"/);
});

test('failover: an overloaded provider is not left', async () => {
  const { server, asked, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
  const error = await failing(server.prompt(session, '[[fail:overloaded:rehearsal:35]]'));
  assert.equal(error.data.tine.kind, 'overloaded');
  assert.equal(asked.length, 0);
});

test('failover: Claude Code with an API key that is answered 429 goes on elsewhere', async () => {
  const { world, server, asked, session } = await begin('claude', { settings: 'fallback = ["codex"]',
    tables: { claude: 'max_retries = 1' } });
  await say(server, session, 'plant a walnut');
  const { text, tine } = await say(server, session, `[[limit: ${resets()} 9 messages]] [[say: taken over]] and an oak`);
  assert.match(text, /taken over/);
  assert.match(asked[0].toolCall.title, /^claude has given up, as its provider got too many requests/);
  assert.equal(tine.failover.backend, 'codex');
  assert.ok(world.requests('codex').some((each) => each.includes('walnut') && each.includes('and an oak')));
});

test('failover: auto asks nothing, and says so', async () => {
  const { server, asked, session } = await begin('rehearsal',
    { settings: 'fallback = ["other"]\nfailover = "auto"' });
  const { tine } = await say(server, session, `${limit('rehearsal')} plant a walnut`);
  assert.equal(tine.failover.backend, 'other');
  assert.equal(asked.length, 0);
  assert.ok(server.updates(session).some((update) =>
    JSON.stringify(update).includes('This session goes on with other')));
});

test('failover: the first turn has nothing to carry, what it has already done is told', async () => {
  const { server, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
  await say(server, session, `[[tool:execute:make all]] ${limit('rehearsal')} plant a walnut`);
  const { text } = await say(server, session, '[[recall]]');
  assert.match(text, /make all/);
  assert.equal(text.split('plant a walnut').length, 2);
});

test('failover: one of the same kind is tried first, the next when that is at its limit, each once',
  async () => {
    const { world, server, asked, session } = await begin('rehearsal',
      { settings: 'fallback = ["claude", "codex", "other"]' });
    await say(server, session, 'plant a walnut');
    const { tine } = await say(server, session, `${limit('rehearsal|other')} [[say: hello]]`);
    assert.deepEqual(tine.failover.attempts.map(({ backend, worked }) => [backend, worked]),
      [['other', false], ['claude', true]]);
    assert.equal(asked.length, 2);
    assert.ok(world.requests('claude').some((each) => each.includes('walnut')));
    assert.match(stateOf(world, session), /backend = "claude"/);
  });

test('failover: where none has worked the session is on its own backend again', async () => {
  const { world, server, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
  await say(server, session, 'plant a walnut');
  const error = await failing(server.prompt(session, limit('rehearsal|other', 60)));
  assert.equal(error.data.tine.kind, 'usage_limit');
  assert.match(error.data.tine.hint, /Not with other: rehearsed: usage_limit/);
  assert.match(stateOf(world, session), /backend = "rehearsal"/);
  const { text } = await say(server, session, '[[recall]]');
  assert.match(text, /^I was told:\n1\. plant a walnut$/);
});

test('failover: a session that may not write is not taken where that cannot be promised', async () => {
  const { world, server, asked, session } = await begin('rehearsal',
    { settings: 'fallback = ["codex", "claude"]' });
  await say(server, session, 'plant a walnut');
  await server.request('session/set_mode', { sessionId: session, modeId: 'read-only' });
  const error = await failing(server.prompt(session, limit('rehearsal')));
  assert.equal(error.data.tine.kind, 'usage_limit');
  assert.match(error.data.tine.hint, /Not with codex: .*without asking/);
  assert.equal(asked.length, 0);
  assert.equal(world.requests('codex').length + world.requests('claude').length, 0);
});

test('failover: after the reset the way back is offered, and the conversation there goes on',
  async () => {
    const { world, server, asked, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
    await say(server, session, 'plant a walnut');
    await say(server, session, `${limit('rehearsal', 0)} and an oak`);
    const { tine } = await say(server, session, '[[say:Back.]] then a birch');
    assert.equal(asked.length, 2);
    assert.match(asked[1].toolCall.title, /^The limit of rehearsal should be over\. Go back to it\?$/);
    assert.deepEqual([tine.failover.from, tine.failover.backend, tine.failover.strategy],
      ['other', 'rehearsal', 'native']);
    const { text } = await say(server, session, '[[recall]]');
    // It has never lost what it knew itself, and is told only of the rest.
    assert.match(text, /^I was told:\n1\. plant a walnut\n[^]*\[Record[^]*and an oak[^]*then a birch/);
    assert.equal(text.split('plant a walnut').length, 2);
    assert.match(stateOf(world, session), /backend = "rehearsal"/);
    assert.doesNotMatch(stateOf(world, session), /away/);
  });

test('failover: the way back is offered once, and not before the limit is over', async () => {
  let decide = yes;
  const { server, asked, session } = await begin('rehearsal',
    { decide: (params) => decide(params), settings: 'fallback = ["other"]' });
  await say(server, session, `${limit('rehearsal')} plant a walnut`);
  await say(server, session, 'and an oak');
  assert.equal(asked.length, 1);
  const { session: second, server: same, asked: questions } = await begin('rehearsal',
    { decide: (params) => decide(params), settings: 'fallback = ["other"]' });
  await say(same, second, `${limit('rehearsal', 0)} plant a walnut`);
  decide = no;
  await say(same, second, 'stay');
  await say(same, second, 'stay');
  assert.equal(questions.length, 2);
});

test('failover: a cancel while the client is asked ends the turn, and nothing has changed', async () => {
  let server;
  let session;
  const opened = await begin('rehearsal', { settings: 'fallback = ["other"]',
    decide: () => {
      server.notify('session/cancel', { sessionId: session });
      return { outcome: { outcome: 'cancelled' } };
    } });
  ({ server, session } = opened);
  await say(server, session, 'plant a walnut');
  const { stopReason } = await server.prompt(session, limit('rehearsal'));
  assert.equal(stopReason, 'cancelled');
  assert.match(stateOf(opened.world, session), /backend = "rehearsal"/);
  assert.match((await say(server, session, '[[recall]]')).text, /walnut/);
});

test('failover: a close while the client is asked ends the turn, and nothing has changed', async () => {
  const { world, server, session } = await begin('rehearsal',
    { settings: 'fallback = ["other"]', decide: () => new Promise(() => {}) });
  await say(server, session, 'plant a walnut');
  const prompted = server.prompt(session, limit('rehearsal'));
  await server.waitFor('the question', ({ method }) => method === 'session/request_permission');
  await server.request('session/close', { sessionId: session });
  assert.equal((await prompted).stopReason, 'cancelled');
  const { _meta } = await server.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  assert.equal(_meta.tine.backend, 'rehearsal');
});

test('failover: a prompt that fails elsewhere for another reason leaves what is to be carried', async () => {
  const { server, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
  await say(server, session, 'plant a walnut');
  const error = await failing(server.prompt(session,
    `${limit('rehearsal')} [[fail:backend_failed:other]] and an oak`));
  assert.equal(error.data.tine.kind, 'backend_failed');
  const { tine, text } = await say(server, session, '[[recall]]');
  assert.equal(tine.failover, undefined);
  assert.match(text, /told nothing|walnut/);
  assert.match((await say(server, session, '[[recall]]')).text, /walnut/);
});

test('failover: while the client is asked another process is kept out', async () => {
  let answer;
  const { world, server, session } = await begin('rehearsal',
    { settings: 'fallback = ["other"]', decide: () => new Promise((done) => { answer = done; }) });
  await say(server, session, 'plant a walnut');
  const turn = say(server, session, limit('rehearsal'));
  const { params } = await server.waitFor('the question',
    ({ method }) => method === 'session/request_permission');
  const second = await world.serve('rehearsal');
  await second.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  const error = await failing(second.prompt(session, 'me too'));
  assert.equal(error.data.tine.kind, 'session_locked');
  answer(yes(params));
  assert.equal((await turn).tine.failover.backend, 'other');
});

test('failover: a backend that dies there ends the turn, and is told all of it again', async () => {
  const { world, server, session } = await begin('rehearsal', { settings: 'fallback = ["claude"]' });
  await say(server, session, 'plant a walnut');
  const turn = failing(server.prompt(session, `${limit('rehearsal')} [[slow: 40 50]] and an oak`));
  await until('the model to be asked', () =>
    world.requests('claude').some((each) => each.includes('and an oak')));
  for (const pid of serving(session)) process.kill(pid, 'SIGKILL');
  assert.equal((await turn).data.tine.kind, 'backend_gone');
  assert.match(stateOf(world, session), /backend = "claude"/);
  await say(server, session, 'then a birch');
  assert.ok(world.requests('claude').some((each) =>
    each.includes('then a birch') && each.includes('walnut')));
});

test('failover: a second process sees where the session is, and goes on there', async () => {
  const { world, server, session } = await begin('rehearsal', { settings: 'fallback = ["codex"]' });
  await say(server, session, 'plant a walnut');
  const second = await world.serve('rehearsal');
  await second.request('session/load', { sessionId: session, cwd: world.project, mcpServers: [] });
  await say(server, session, limit('rehearsal'));
  await server.request('session/close', { sessionId: session });
  await say(second, session, 'the word of the second');
  assert.ok(world.requests('codex').some((each) =>
    each.includes('the word of the second') && each.includes('walnut')));
  server.stdin.end();
  await server.exited;
});

test('failover: forks from before it stay as they are, those after it know what the session knows',
  async () => {
    const { world, server, session } = await begin('rehearsal', { settings: 'fallback = ["other"]' });
    await say(server, session, 'plant a walnut');
    await say(server, session, 'and an oak');
    const { sessionId: before } = await fork(server, world, session);
    await say(server, session, `${limit('rehearsal')} then a birch`);
    const { sessionId: after, _meta } = await fork(server, world, session);
    assert.deepEqual([_meta.tine.backend, _meta.tine.fork.strategy], ['other', 'native']);
    const early = await fork(server, world, session, { at: 1 });
    assert.equal(early._meta.tine.fork.strategy, 'soft');
    server.stdin.end();
    await server.exited;
    const again = await world.serve('rehearsal');
    for (const sessionId of [before, after, early.sessionId])
      await again.request('session/load', { sessionId, cwd: world.project, mcpServers: [] });
    assert.equal((await say(again, before, '[[recall]]')).text,
      'I was told:\n1. plant a walnut\n2. and an oak');
    const { text } = await say(again, after, '[[recall]]');
    assert.match(text, /walnut[^]*oak[^]*birch/);
    assert.equal(text.split('then a birch').length, 2);
    await say(again, early.sessionId, 'the word of the child');
    const told = (await say(again, early.sessionId, '[[recall]]')).text;
    assert.match(told, /walnut/);
    assert.doesNotMatch(told, /oak|birch/);
    // One of a fork from before is native still.
    const { _meta: { tine } } = await fork(again, world, before);
    assert.equal(tine.fork.strategy, 'native');
  });

const subscriber = { ANTHROPIC_API_KEY: undefined, CLAUDE_CODE_OAUTH_TOKEN: apiKey };
const resets = () => Math.floor(Date.now() / 1000) + 7200;

for (const [from, to, dialect] of [['codex', 'claude', 'responses'], ['claude', 'codex', 'messages']]) {
  test(`failover: from ${from} to ${to}, with the limit as the provider reports it`, async () => {
    const { world, server, asked, session } = await begin(from, { settings: `fallback = ["${to}"]`,
      tables: { claude: 'max_retries = 0' }, variables: subscriber });
    await say(server, session, 'plant a walnut');
    const { text, tine } = await say(server, session,
      `[[limit: ${resets()} 9 ${dialect}]] [[say: taken over]] and an oak`);
    assert.match(text, /taken over/);
    assert.equal(asked.length, 1);
    assert.equal(tine.failover.backend, to);
    assert.ok(Math.abs(Date.parse(tine.failover.limitedUntil) - resets() * 1000) < 60_000);
    const carrying = world.requests(to).filter((each) => each.includes('walnut'));
    assert.ok(carrying.length > 0 && carrying.every((each) => each.includes('and an oak')));
    assert.match(stateOf(world, session), new RegExp(`backend = "${to}"`));
    // The backend there is lost, and the session goes on there.
    await say(server, session, 'then a birch');
    assert.ok(world.requests(to).some((each) => each.includes('then a birch') && each.includes('walnut')));
  });
}
