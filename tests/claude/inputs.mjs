// What is handed to Claude Code with a session and with a prompt: images, files, servers,
// directories, a system prompt.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { directory, running, test } from '../clients/cases.mjs';
import { usesOwnTools } from '../clients/own_tools.mjs';
import {
  answering, chosen, ofProcess, pixel, promptAnew, serving, World,
} from './world.mjs';

const lastBody = (world) => world.model.requests().at(-1).body;

test('claude: images are seen, links are named and embedded text is read', async () => {
  const world = await World.make();
  const { server, session } = await world.open();
  await server.request('session/prompt', { sessionId: session, prompt: [
    { type: 'text', text: '[[say: seen]]' },
    { type: 'image', mimeType: 'image/png', data: pixel },
    { type: 'resource_link', name: 'notes', uri: 'file:///project/notes.txt' },
    { type: 'resource', resource: { uri: 'file:///project/a.txt', text: 'embedded words' } },
  ] });
  assert.equal(server.text(session), 'seen');
  const content = lastBody(world).messages.flatMap((each) => each.content);
  const [{ source }] = content.filter(({ type }) => type === 'image');
  assert.deepEqual([source.type, source.media_type], ['base64', 'image/png']);
  const texts = content.map(({ text }) => text).join('\n');
  assert.ok(texts.includes('[@notes](file:///project/notes.txt)'), texts);
  assert.ok(texts.includes('embedded words') && texts.includes('file:///project/a.txt'));
});

/// Whether a file below the folder has the words.
const isKept = (folder, words) => readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .some((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').includes(words));

test('claude: an MCP server of the request is started, its tools called, its secrets kept',
  async () => {
    const world = await World.make();
    const server = await world.serve();
    const asked = answering(server, ({ options }) => chosen(options[0].optionId));
    const secret = 'nobody-else-reads-this';
    const script = join(process.cwd(), 'tests/clients/mcp_server.mjs');
    const { sessionId } = await server.request('session/new', { cwd: world.project, mcpServers: [
      { name: 'ours', command: process.execPath, args: [script],
        env: [{ name: 'GREETING', value: 'servus' }, { name: 'TOKEN', value: secret }] }] });
    await server.prompt(sessionId, '[[call: mcp__ours__greet {"name":"Ada"}]] [[say: ok]]');
    const [call] = server.updates(sessionId, 'tool_call_update').slice(-1);
    assert.equal(call.content[0].content.text, 'servus, Ada');
    assert.equal(asked[0].toolCall.title, 'ours: greet');
    const commands = running().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    assert.ok(commands.some((words) => words.includes(script)));
    assert.ok(!commands.some((words) => words.includes(secret)));
    assert.ok(isKept(world.home, 'servus, Ada'));
    assert.ok(!isKept(world.home, secret));
    assert.ok(!isKept(world.project, secret));
  });

test('claude: with memory.mcp the agent has our own tools, also in a fork and when it is gone on with',
  async () => usesOwnTools(await World.make(), {
    calling: (tool, args) => `[[call: mcp__tine__${tool} ${JSON.stringify(args)}]]`,
    isTold: (world) => JSON.stringify(lastBody(world)).includes('mcp__tine__session_ask'),
  }));

test('claude: in an additional directory it works as in the project', async () => {
  const world = await World.make();
  const server = await world.serve();
  const asked = answering(server, () => chosen('reject_once'));
  const more = directory('more');
  writeFileSync(join(more, 'file'), 'words in it');
  const reads = async (additionalDirectories) => {
    const { sessionId } = await server.request('session/new',
      { cwd: world.project, additionalDirectories, mcpServers: [] });
    await server.prompt(sessionId, `[[run: cat ${more}/file]] [[say: ok]]`);
    return JSON.stringify(lastBody(world).messages).includes('words in it');
  };
  assert.ok(!await reads([]));
  assert.equal(asked.length, 1);
  assert.ok(await reads([more]));
  assert.equal(asked.length, 1);
  assert.ok(JSON.stringify(lastBody(world)).includes(more));
});

test('claude: a system prompt is appended, and stays what it is', async () => {
  const world = await World.make();
  const server = await world.serve();
  const opening = (text, sessionId) => ({ sessionId, cwd: world.project, mcpServers: [],
    ...(text && { systemPrompt: { mode: 'append', content: [{ type: 'text', text }] } }) });
  const words = 'Speak like a pirate.';
  const { sessionId } = await server.request('session/new', opening(words));
  await server.prompt(sessionId, '[[say: arr]]');
  const isTold = () => JSON.stringify(lastBody(world).system).includes(words);
  assert.ok(isTold());
  for (const method of ['session/fork', 'session/resume']) {
    const fault = await server.request(method, opening('Speak like a king.', sessionId))
      .catch((error) => error);
    assert.equal(fault.data?.tine?.path, 'params.systemPrompt', method);
    const { sessionId: opened = sessionId } =
      await server.request(method, opening(words, sessionId));
    await server.prompt(opened, '[[say: arr again]]');
    assert.ok(isTold(), method);
  }
  const { sessionId: silent } = await server.request('session/fork', opening(null, sessionId));
  await server.prompt(silent, '[[say: arr still]]');
  assert.ok(isTold());
});

test('claude: a system prompt replaces that of Claude Code, also when a process takes over',
  async () => {
    const world = await World.make();
    const server = await world.serve();
    const said = (text) => ({ mode: 'override', content: [{ type: 'text', text }] });
    const words = 'You are a parrot.';
    const { sessionId } = await server.request('session/new', { cwd: world.project, mcpServers: [],
      systemPrompt: said(words) });
    const isReplaced = () => {
      const system = JSON.stringify(lastBody(world).system);
      return system.includes(words) && system.length < 2000;
    };
    await server.prompt(sessionId, '[[say: one]]');
    assert.ok(isReplaced(), JSON.stringify(lastBody(world).system));
    await promptAnew(server, sessionId, '[[say: two]]');
    assert.ok(isReplaced());
    const fork = await server.request('session/fork',
      { sessionId, cwd: world.project, mcpServers: [] });
    await server.prompt(fork.sessionId, '[[say: three]]');
    assert.ok(isReplaced());
    const other = await server.newSession(world.project);
    await server.prompt(other, '[[say: with its own]]');
    assert.ok(!isReplaced());
  });

test('claude: a long system prompt is no business of ps', async () => {
  const world = await World.make();
  const server = await world.serve();
  const text = `the secret ${'x'.repeat(200_000)}`;
  const { sessionId } = await server.request('session/new', { cwd: world.project,
    mcpServers: [], systemPrompt: { mode: 'append', content: [{ type: 'text', text }] } });
  await server.prompt(sessionId, '[[say: hello]]');
  assert.ok(JSON.stringify(lastBody(world).system).includes(text));
  const [pid] = serving(sessionId);
  assert.ok(!ofProcess(pid, 'cmdline').includes('the secret'));
});
