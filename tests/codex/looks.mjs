// What tine says of Codex without a prompt: doctor, logging in, the weight of a session.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, running, test, until } from '../clients/cases.mjs';
import { runProgram } from '../clients/server.mjs';
import { codex, version, World } from './world.mjs';

const backends = () => running().length;

test('codex: doctor tells program, version, login and forking', async () => {
  const world = await World.make();
  const { code, stdout } = await runProgram(['doctor', '--json'], { env: world.environment() });
  const [codex] = JSON.parse(stdout).backends;
  assert.equal(code, 0, stdout);
  assert.equal(codex.version, version);
  assert.match(codex.login, /not needed/);
  assert.match(codex.forking, /native/);
});

test('codex: without a login authenticate and prompts say what to do, and nothing is sent', async () => {
  const world = await World.make({ provider: 'requires_openai_auth = true' });
  const server = await world.serve();
  const fault = await server.request('authenticate', { methodId: 'codex-login' })
    .catch((error) => error);
  assert.equal(fault.code, -32000, String(fault));
  assert.match(fault.data.tine.hint, /codex login/);
  const session = await server.newSession(world.project);
  const prompt = await server.prompt(session, '[[say: no]]').catch((error) => error);
  assert.equal(prompt.code, -32000, String(prompt));
  assert.equal(world.model.requests().length, 0);
});

test('codex: --login runs Codex\'s own login, and is offered to clients with a terminal', async () => {
  const world = await World.make();
  const offered = async (capabilities) => {
    const { authMethods } = await world.initialize(capabilities);
    return authMethods.map(({ id, args }) => [id, args]);
  };
  assert.deepEqual(await offered({}), [['codex-login', undefined]]);
  assert.deepEqual((await offered({ auth: { terminal: true } })).at(-1),
    ['codex-login-terminal', ['--login', 'codex']]);
  world.configure('command = ["/bin/echo", "codex"]');
  const login = await runProgram(['acp', '--login', 'codex'], { env: world.environment() });
  assert.equal(login.stdout, 'codex login\n');
});

test('codex: no process runs before the first prompt, nor after the last session is closed',
  async () => {
    const world = await World.make();
    const { server, session } = await world.open();
    assert.equal(backends(), 1);
    await server.prompt(session, '[[say: hello]]');
    assert.ok(backends() > 1);
    await server.request('session/close', { sessionId: session });
    await until('app-server to be gone', () => backends() === 1);
  });

test('codex: the page tells what becomes of everything in the generated schema', () => {
  const folder = directory('schema');
  execFileSync(codex, ['app-server', 'generate-json-schema', '--experimental', '--out', folder],
    { env: { HOME: directory('schema-home') }, stdio: ['ignore', 'ignore', 'ignore'] });
  const read = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const names = (union, member) => union.oneOf.map(({ properties }) => properties[member].enum[0]);
  const notifications = read('ServerNotification');
  const page = readFileSync('docs/codex.md', 'utf8');
  const missing = [...names(notifications, 'method'), ...names(read('ServerRequest'), 'method'),
    ...names(notifications.definitions.ThreadItem, 'type')]
    .filter((name) => !page.includes(`\`${name}\``));
  assert.deepEqual(missing, []);
});
