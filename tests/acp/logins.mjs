// What an editor is offered of an ACP agent before it runs: logins, each with its backend's name;
// and what the agent learns of the editor.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { AgentWorld } from '../clients/agent_world.mjs';
import { runProgram } from '../clients/server.mjs';
import { directory, test, until } from '../clients/cases.mjs';

const agent = join(dirname(process.env.TINE), 'tests/agent/scripted_agent');

function worldWith(more = '', manners = []) {
  const world = new AgentWorld('acp', null, 'scripted');
  world.configure(`command = ${JSON.stringify([agent, ...manners])}\n${more}`);
  return world;
}

/// What the next tine knows of the agent, once it has run for a client with these capabilities.
async function known(world, capabilities) {
  const { server, session } = await world.open(capabilities, 'zed');
  await server.prompt(session, '[[say: well]]');
  server.stdin.end();
  await server.exited;
}

const terminal = { auth: { terminal: true } };

test('logins: of all backends that are installed, the default one first, each by its name', async () => {
  const bin = directory('bin');
  writeFileSync(join(bin, 'codex'), '#!/bin/sh\n', { mode: 0o755 });
  const world = worldWith('[backends.work]\nkind = "codex"\n' +
    `command = ["${join(bin, 'codex')}"]\n[backends.gone]\nkind = "claude"\ncommand = ["/nowhere/claude"]\n`);
  await known(world, terminal);
  const { authMethods } = await world.initialize(terminal);
  assert.deepEqual(authMethods.map(({ id, type, args }) => [id, type, args]), [
    ['scripted:key', 'agent', undefined],
    ['scripted:browser', 'terminal', ['--login', 'scripted:browser']],
    ['work-login', 'agent', undefined],
    ['work-login-terminal', 'terminal', ['--login', 'work']],
  ]);
  assert.match(authMethods[2].name, /^Codex \(work\)/);
});

test('logins: a client without a terminal is offered none in one', async () => {
  const world = worldWith();
  await known(world, terminal);
  const { authMethods } = await world.initialize({});
  assert.deepEqual(authMethods.map(({ id }) => id), ['scripted:key']);
});

test('logins: a client that announces terminal-auth gets the whole command', async () => {
  const world = worldWith();
  await known(world, terminal);
  for (const also of [{}, terminal]) {
    const { authMethods } = await world.initialize({ ...also, _meta: { 'terminal-auth': true } });
    const { type, _meta } = authMethods.find(({ id }) => id === 'scripted:browser');
    assert.equal(type, also.auth ? 'terminal' : 'agent');
    const { command, args, label } = _meta['terminal-auth'];
    assert.equal(label, 'In a browser');
    assert.deepEqual(args, ['--login', 'scripted:browser']);
    const { stdout } = await runProgram(args, { env: world.environment(), command });
    assert.match(stdout, /logged in by way of the agent's environment/);
  }
});

test('logins: a login goes to the backend that it is of', async () => {
  const world = worldWith();
  await known(world, {});
  const server = await world.serve({}, 'zed');
  await server.request('authenticate', { methodId: 'scripted:key' });
  const fault = await server.request('authenticate', { methodId: 'other:key' })
    .then(() => assert.fail(), (error) => error);
  assert.equal(fault.code, -32602);
  assert.equal(fault.data.tine.path, 'params.methodId');
});

test('logins: --login says what it does not know', async () => {
  const world = worldWith();
  for (const [login, status, words] of [['nobody', 3, /there is no backend nobody/],
    ['scripted', 1, /tine does not know how to log in to scripted/]]) {
    const { code, stderr } = await runProgram(['--login', login], { env: world.environment() });
    assert.equal(code, status);
    assert.match(stderr, words);
  }
});

test('logins: an error that asks for one says how, of an agent that is known', async () => {
  const world = worldWith('preset = "opencode"', ['login']);
  const { server, session } = await world.open({ _meta: { tine: {} } }, 'zed');
  const fault = await server.prompt(session, 'hello').then(() => assert.fail(), (error) => error);
  assert.equal(fault.code, -32000);
  assert.equal(fault.data.tine.hint, 'Run `opencode auth login` in a terminal, then try again.');
});

test('the agent is told what the editor can do, and nothing else', async () => {
  const capabilities = { fs: { readTextFile: true, writeTextFile: false },
    session: { notices: {} }, _meta: { terminal_output: true, jetbrains: { air: {} }, tine: {} } };
  const { server, session } = await worldWith().open(capabilities, 'zed');
  await server.prompt(session, '[[client]]');
  assert.deepEqual(JSON.parse(server.text(session)), { fs: { readTextFile: true, writeTextFile: false },
    terminal: false, session: { notices: {} }, _meta: { terminal_output: true } });
});

test('doctor: starts each agent, and says what it can', async () => {
  const world = worldWith('[backends.gone]\nkind = "acp"\ncommand = ["/nowhere/agent"]\n', ['steers']);
  const { stdout } = await runProgram(['doctor', '--json'], { env: world.environment() });
  const { backends } = JSON.parse(stdout);
  const [works, gone] = ['scripted', 'gone'].map((each) => backends.find(({ name }) => name === each));
  assert.equal(works.version, '1.2.3');
  assert.equal(works.summary,
    'it answers, and can: resume, load, fork, close, steering, images, embedded files, MCP over http');
  assert.equal(works.forking, 'native, at the last turn');
  assert.equal(gone.usable, false);
  assert.match(gone.summary, /\/nowhere\/agent/);
});
