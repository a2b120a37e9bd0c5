// New sessions that begin as forks of a session that was marked as a seed: which one is taken, what
// the session knows and costs, and what keeps it from beginning so.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, test, until } from '../clients/cases.mjs';
import { environment, RpcError, runProgram, Server } from '../clients/server.mjs';
import { World } from './world.mjs';

const seeded = '[fork]\nseed = "auto"\n';

/// An environment with that configuration, which outlives a server.
function home(settings = seeded) {
  const place = directory('home');
  mkdirSync(join(place, 'config/tine'), { recursive: true });
  writeFileSync(join(place, 'config/tine/config.toml'), settings, { mode: 0o600 });
  return { HOME: place, XDG_CONFIG_HOME: `${place}/config`, XDG_STATE_HOME: `${place}/state` };
}

const begin = (server, cwd, more = {}) =>
  server.request('session/new', { cwd, mcpServers: [], ...more });

/// A server with a session that knows of a walnut and is a seed.
async function marked({ settings = seeded, prompt = 'plant a walnut', project = directory('project') } = {}) {
  const env = home(settings);
  const server = new Server({ env });
  await server.initialize();
  const session = await server.newSession(project);
  await server.prompt(session, prompt);
  await server.prompt(session, '/tine-seed');
  return { env, server, session, project };
}

async function recalled(server, session) {
  const before = server.text(session).length;
  await server.prompt(session, '[[recall]]');
  return server.text(session).slice(before);
}

test('seed: a new session knows what the seed knows, and is listed as one of its own from its first prompt on',
  async () => {
    const { server, session, project } = await marked();
    assert.match(server.text(session), /a seed for 24 hours: .*same backend \(rehearsal\)/);
    const { sessionId, _meta: { tine }, modes } = await begin(server, project);
    assert.deepEqual([tine.fork.strategy, tine.fork.parent, tine.fork.seed], ['native', session, true]);
    assert.equal(modes.currentModeId, 'ask');
    const list = async () => (await server.request('session/list')).sessions;
    assert.deepEqual((await list()).map((each) => each.sessionId), [session]);
    const { _meta } = await server.prompt(sessionId, 'now an oak [[recall]]');
    assert.match(server.text(sessionId), /1\. plant a walnut/);
    assert.ok(_meta.tine.fork.actual.cacheRead > 0);
    assert.equal((await list()).find((each) => each.sessionId === sessionId).title, 'now an oak [[recall]]');
    await server.prompt(sessionId, '/tine-usage');
    assert.ok(server.text(sessionId).includes(
      `of what it has in common with ${session} its first call has read ${_meta.tine.fork.actual.cacheRead} from the cache`));
    // One that was never prompted leaves nothing.
    const unused = await begin(server, project);
    await server.request('session/close', { sessionId: unused.sessionId });
    await assert.rejects(server.request('session/load',
      { sessionId: unused.sessionId, cwd: project, mcpServers: [] }), RpcError);
  });

test('seed: the mode is the configured one, not that of the seed', async () => {
  const { server, session, project } = await marked();
  await server.request('session/set_mode', { sessionId: session, modeId: 'auto' });
  await server.prompt(session, 'go on');
  const { modes, _meta } = await begin(server, project);
  assert.equal(_meta.tine.fork.parent, session);
  assert.equal(modes.currentModeId, 'ask');
});

test('seed: without the key, on another project, with another model or system prompt, a session begins cold and says nothing',
  async () => {
    const off = await marked({ settings: '' });
    assert.match(off.server.text(off.session), /Nothing comes of it until/);
    const cold = async (server, cwd, more) => {
      const { sessionId, _meta: { tine } } = await begin(server, cwd, more);
      assert.deepEqual([tine.fork, tine.warning], [undefined, undefined]);
      assert.match(await recalled(server, sessionId), /told nothing/);
    };
    await cold(off.server, off.project);
    const { server, session, project } = await marked();
    await cold(server, directory('other'));
    await cold(server, project, { systemPrompt: { mode: 'append', content: [{ type: 'text', text: 'Be brief.' }] } });
    const { configOptions } = await server.request('session/resume', { sessionId: session, cwd: project });
    const model = configOptions.find(({ category }) => category === 'model');
    const other = model.options.flatMap((each) => each.options ?? [each])
      .find(({ value }) => value !== model.currentValue);
    await server.request('session/set_config_option',
      { sessionId: session, configId: model.id, value: other.value });
    await server.prompt(session, 'on another model');
    await cold(server, project);
    await server.request('session/set_config_option',
      { sessionId: session, configId: model.id, value: model.currentValue });
    await server.prompt(session, 'back again');
    assert.equal((await begin(server, project))._meta.tine.fork.parent, session);
  });

test('seed: only at the commit at which the seed has ended', async () => {
  const identity = Object.fromEntries(['AUTHOR', 'COMMITTER'].flatMap((who) =>
    [[`GIT_${who}_NAME`, 'a'], [`GIT_${who}_EMAIL`, 'a@example.org']]));
  const project = directory('project');
  const git = (...args) => execFileSync('git', args, { cwd: project, env: environment(identity) });
  const commit = (text) => {
    writeFileSync(join(project, 'file'), text);
    git('add', 'file');
    git('commit', '-q', '-m', text);
  };
  git('init', '-q', '-b', 'main');
  commit('one');
  const { server, session } = await marked({ project });
  // What git has told too late for its own turn is there with a later one.
  let fork;
  await until('git to have told the commit', async () => {
    await server.prompt(session, 'go on');
    ({ fork } = (await begin(server, project))._meta.tine);
    return fork !== undefined;
  });
  assert.equal(fork.parent, session);
  commit('two');
  assert.equal((await begin(server, project))._meta.tine.fork, undefined);
});

test('seed: the one that was marked last is taken, and one whose mark was taken away is not', async () => {
  const { env, server, session, project } = await marked();
  const { sessionId: second } = await begin(server, project);
  await server.prompt(second, 'and an oak');
  await server.prompt(second, '/tine-seed');
  assert.equal((await begin(server, project))._meta.tine.fork.parent, second);
  await server.prompt(second, '/tine-seed off');
  assert.match(server.text(second), /no seed any more/);
  assert.equal((await begin(server, project))._meta.tine.fork.parent, session);
  const verb = (...args) => runProgram(['session', 'seed', ...args], { env, cwd: project });
  assert.equal((await verb(session, '--off')).stdout, `${session} is no seed any more\n`);
  assert.equal((await verb(session, '--off')).stdout, `${session} was no seed\n`);
  assert.equal((await begin(server, project))._meta.tine.fork, undefined);
  assert.equal((await verb(second)).stdout, `${second} is a seed for 24 hours\n`);
  assert.equal((await begin(server, project))._meta.tine.fork.parent, second);
  const unknown = await verb('01J00000000000000000000000');
  assert.equal(unknown.code, 6);
  assert.match(unknown.stderr, /no such session/);
});

test('seed: one that was deleted is told once, then forgotten', async () => {
  const { server, session, project } = await marked();
  await server.request('session/delete', { sessionId: session });
  const { sessionId, _meta: { tine } } = await begin(server, project);
  assert.equal(tine.fork, undefined);
  assert.equal(tine.warning, `The session begins without its seed ${session}: it was deleted.`);
  assert.match(await recalled(server, sessionId), /told nothing/);
  assert.equal((await begin(server, project))._meta.tine.warning, undefined);
});

test('seed: one that its provider has lost is passed over, and the reason is told where there is no other', async () => {
  const { server, session, project } = await marked({ prompt: '[[forget]] plant a walnut' });
  const { sessionId, _meta: { tine } } = await begin(server, project);
  assert.match(tine.warning, new RegExp(`^The session begins without its seed ${session}: .*does not remember`));
  assert.match(await recalled(server, sessionId), /told nothing/);
  // Nothing is left of what was tried.
  const { sessions } = await server.request('session/list');
  assert.deepEqual(sessions.map((each) => each.sessionId).sort(), [session, sessionId].sort());
  const { sessionId: other } = await begin(server, project);
  await server.prompt(other, 'plant an oak');
  await server.prompt(other, '/tine-seed');
  const good = await begin(server, project);
  assert.deepEqual([good._meta.tine.fork.parent, good._meta.tine.warning], [other, undefined]);
});

test('seed: one that another process has open and runs in serves up to its last turn', async () => {
  const { env, server, session, project } = await marked();
  const turn = server.prompt(session, '[[say:begun]] [[hang]] and a birch');
  await server.waitFor('the turn', ({ params }) => JSON.stringify(params ?? '').includes('begun'));
  const second = new Server({ env });
  await second.initialize();
  const { sessionId, _meta: { tine } } = await begin(second, project);
  assert.equal(tine.fork.parent, session);
  const text = await recalled(second, sessionId);
  assert.match(text, /walnut/);
  assert.doesNotMatch(text, /birch/);
  server.notify('session/cancel', { sessionId: session });
  await turn;
});

for (const backend of ['codex', 'claude']) {
  test(`seed: with ${backend} a new session reads from the provider's cache what the seed has put there`, async () => {
    const world = await World.make({ settings: seeded });
    const server = await world.serve(backend);
    const session = await server.newSession(world.project);
    await server.prompt(session, `[[say: planted]] plant a walnut ${'and water it. '.repeat(400)}`);
    await server.prompt(session, '/tine-seed');
    const { sessionId, _meta: { tine } } = await begin(server, world.project);
    assert.equal(tine.fork.parent, session);
    const { _meta } = await server.prompt(sessionId, 'the word of the new one');
    assert.ok(_meta.tine.fork.actual.cacheRead > 0);
    assert.ok(world.requests(backend).some((each) =>
      each.includes('the word of the new one') && each.includes('plant a walnut')));
  });
}
