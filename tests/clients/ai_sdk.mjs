// The AI SDK as the client, through its provider for ACP.

import assert from 'node:assert/strict';

import { createACPProvider } from '@mcpc-tech/acp-ai-provider';
import { generateText, streamText } from 'ai';

import { defer, directory, program, running, test, until } from './cases.mjs';
import { environment } from './server.mjs';

/// A provider whose model is the program; it lives until it is let go, or the case ends.
function provide({ home = directory('home'), project = directory('project'), ...more } = {}) {
  const provider = createACPProvider({ command: program, args: ['acp'],
    env: environment({ HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_STATE_HOME: `${home}/state` }),
    session: { cwd: project, mcpServers: [] }, persistSession: true, ...more });
  defer(() => provider.cleanup());
  const ask = async (prompt) =>
    (await generateText({ model: provider.languageModel(), prompt, tools: provider.tools })).text;
  return { provider, ask, home, project };
}

test('AI SDK: a text is generated and streamed, and the session goes on', async () => {
  const { provider, ask } = provide();
  assert.equal(await ask('the key is under the mat'), 'You said: the key is under the mat');
  assert.match(await ask('[[recall]]'), /1\. the key is under the mat/);
  const { textStream } = streamText({ model: provider.languageModel(), prompt: 'hello',
    tools: provider.tools });
  let text = '';
  for await (const part of textStream) text += part;
  assert.equal(text, 'You said: hello');
});

test('AI SDK: its answer to a permission is the first option, and that is the narrowest', async () => {
  const { ask } = provide();
  assert.match(await ask('[[ask:Paint it blue]]'), /Allowed: once/);
});

test('AI SDK: a provider that is let go in mid-turn leaves no process', async () => {
  const { provider } = provide();
  const { textStream } = streamText({ model: provider.languageModel(),
    prompt: '[[say:Working.]] [[hang]]', tools: provider.tools, onError: () => {} });
  for await (const part of textStream) if (part.includes('Working')) break;
  assert.ok(running().length > 0);
  provider.cleanup();
  await until('the program to have gone', () => running().length === 0);
});

test('AI SDK: a session is loaded in a new process', async () => {
  const first = provide();
  await first.ask('the key is under the mat');
  const existingSessionId = first.provider.getSessionId();
  first.provider.cleanup();
  await until('the program to have gone', () => running().length === 0);
  const { ask } = provide({ home: first.home, project: first.project, existingSessionId });
  assert.match(await ask('[[recall]]'), /1\. the key is under the mat/);
});
