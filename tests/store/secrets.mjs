// What others see of a session holds no secret; the client that it was said to got all of it.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, program, test } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { Place } from './place.mjs';

// In two pieces, so that no scanner takes this file for a leak.
const secret = 'AKIA' + 'IOSFODNN7ABCDEFG';

test('the title that is listed, and what is loaded', async () => {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await server.prompt(session, `use ${secret} for it`);
  assert.equal(server.text(session), `You said: use ${secret} for it`);
  const { sessions: [listed] } = await server.request('session/list');
  assert.equal(listed.title, 'use «redacted:aws-access-key-id:1» for it');

  const other = await place.serve();
  await place.load(other, session);
  assert.equal(other.text(session), 'You said: use «redacted:aws-access-key-id:1» for it');
  assert.ok(!JSON.stringify(other.messages).includes(secret));
});

test('numbers of markers go on in another process', async () => {
  const place = new Place();
  const server = await place.serve();
  const session = await place.make(server);
  await server.prompt(session, `use ${secret}`);
  const other = await place.serve();
  await place.resume(other, session);
  await other.prompt(session, `and ${secret.replace('ABC', 'XYZ')}`);
  assert.match(place.everything(), /and «redacted:aws-access-key-id:2»/);
});

test('a credential that the client gives to a server of tools', async () => {
  const place = new Place();
  const server = await place.serve();
  const value = 'plainly-known-value-1';
  const session = await place.make(server, { mcpServers: [
    { name: 'tools', command: '/bin/true', args: [], env: [{ name: 'TOOL_API_KEY', value }] }] });
  await server.prompt(session, `what is ${value}?`);
  assert.equal(server.text(session), `You said: what is ${value}?`);
  assert.ok(!place.everything().includes(value));
  assert.match(place.everything(), /what is «redacted:mcp-env:\d+»\?/);
});

// --- a secret in the name of the project's directory

const token = 'ghp_' + 'k7Qz9wLm2XcV4bNt6RyH1sDf8GjK3pZa5TuE';

/// A place whose project has a secret in its name, and a mirror.
function secretPlace() {
  const cwd = join(directory('project'), token);
  mkdirSync(cwd);
  return new Place({ cwd });
}

/// All names and contents below a directory.
function below(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((each) => {
    const path = join(each.parentPath ?? each.path, each.name);
    return each.isFile() ? `${path}\n${readFileSync(path, 'latin1')}` : path;
  }).join('\n');
}

test('a project whose path holds a secret works as any other, and nothing keeps the secret', async () => {
  const place = secretPlace();
  const mirror = join(place.state, 'mirror');
  const env = { TINE_LOG_LEVEL: 'debug' };
  const command = [program, '--mirror', mirror, 'acp'];
  const server = await place.serve({ command, env });
  const session = await place.make(server);
  await server.prompt(session, 'hello there');

  const other = await place.serve({ command: [program, 'acp'], env });
  await place.load(other, session);
  assert.equal(other.text(session), 'You said: hello there');
  const child = await place.fork(other, session);
  await other.prompt(child, 'hello again');
  for (const each of [session, child]) {
    const { sessions } = await other.request('session/list', { cwd: place.cwd });
    const listed = sessions.find((one) => one.sessionId === each);
    assert.match(listed.cwd, /\/redacted-github-token~[0-9a-f]{16}$/);
  }
  await assert.rejects(() => other.request('session/load', {
    sessionId: session, cwd: directory('another'), mcpServers: [] }), /another directory/);

  const run = async (...args) => {
    const done = await runProgram(args, { cwd: place.cwd, env: place.env });
    assert.equal(done.code, 0, done.stderr);
    assert.ok(!(done.stdout + done.stderr).includes(token));
    return done.stdout;
  };
  for (const each of [session, child]) {
    assert.match(await run('session', 'list'), new RegExp(`^${each.slice(0, 10)}`, 'm'));
    assert.match(await run('session', 'list', '--json'), new RegExp(each));
    assert.match(await run('session', 'show', each), /redacted-github-token~/);
  }
  await run('session', 'verify');
  await run('session', 'export', session);
  assert.match(below(place.state), /redacted-github-token/);
  assert.ok(!below(place.state).includes(token));
});

test('two projects whose paths differ in a secret alone stay apart', async () => {
  const place = secretPlace();
  const twin = new Place({ state: place.state, cwd: place.cwd.replace('k7Qz', 'Qz7k') });
  mkdirSync(twin.cwd);
  const server = await place.serve();
  for (const each of [place, twin]) await server.prompt(await each.make(server), 'hello');
  for (const each of [place, twin]) {
    const { sessions } = await server.request('session/list', { cwd: each.cwd });
    assert.equal(sessions.length, 1);
  }
});

test('an adopted conversation whose id is a secret is refused', async () => {
  const place = new Place();
  const server = await place.serve();
  await assert.rejects(() => place.make(server, { _meta: { tine: { adopt: { id: token } } } }),
    /a secret is no id of a conversation/);
  assert.ok(!below(place.state).includes(token));
});
