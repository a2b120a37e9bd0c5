// An ACP agent of few words. It says, names and asks for what stands in the file that its argument
// names, a JSON array of texts; at the word `die` it is gone.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const texts = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const all = texts.join(' ');
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (sessionId, kind, more) =>
  send({ method: 'session/update', params: { sessionId, update: { sessionUpdate: kind, ...more } } });
let last = 0;
const answers = new Map();
const ask = (method, params) => new Promise((done) => {
  last += 1;
  answers.set(`q${last}`, done);
  send({ id: `q${last}`, method, params });
});

async function play(sessionId, text) {
  if (text.includes('die')) process.exit(3);
  update(sessionId, 'session_info_update', { title: all });
  update(sessionId, 'tool_call', { toolCallId: 't', title: all, kind: 'edit', status: 'in_progress',
    locations: texts.map((path) => ({ path: `/${path}` })) });
  update(sessionId, 'plan', { entries: texts.map((content) => ({ content, priority: 'low', status: 'pending' })) });
  update(sessionId, 'agent_thought_chunk', { content: { type: 'text', text: all } });
  const options = [{ optionId: 'yes', name: all, kind: 'allow_once' }, { optionId: 'no', name: 'No', kind: 'reject_once' }];
  await ask('session/request_permission', { sessionId, options, toolCall: { toolCallId: 't', title: all,
    content: [{ type: 'diff', path: `/${all}`, oldText: null, newText: all },
      { type: 'content', content: { type: 'text', text: all } }] } });
  update(sessionId, 'tool_call_update', { toolCallId: 't', status: 'failed', title: all });
  for (const text of texts) update(sessionId, 'agent_message_chunk', { content: { type: 'text', text } });
  if (text.includes('fail')) throw new Error(all);
}

const methods = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: {}, authMethods: [], agentInfo: { name: 'rude', version: '1' } }),
  'session/new': () => {
    setTimeout(() => update('one', 'available_commands_update', {
      availableCommands: ['good', ...texts].map((name) => ({ name, description: all })) }));
    return { sessionId: 'one' };
  },
  'session/prompt': async ({ sessionId, prompt }) => {
    await play(sessionId, prompt.map(({ text }) => text).join(' '));
    return { stopReason: 'end_turn' };
  },
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) {
    answers.get(id)?.(result);
    return;
  }
  if (id === undefined) return;
  try {
    if (!methods[method]) throw Object.assign(new Error('no such method'), { code: -32601 });
    send({ id, result: await methods[method](params) });
  } catch ({ code = -32603, message }) {
    send({ id, error: { code, message } });
  }
});
