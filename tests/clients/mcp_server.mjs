// An MCP server over stdio with a harmless tool and one that changes things. Both greet.

import { createInterface } from 'node:readline';

const results = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} },
    serverInfo: { name: 'ours', version: '1' } }),
  'tools/list': () => ({ tools: ['greet', 'change'].map((name) => ({ name, description: name,
    inputSchema: { type: 'object', properties: { name: { type: 'string' } } },
    annotations: { readOnlyHint: name === 'greet', destructiveHint: name === 'change' } })) }),
  'tools/call': ({ arguments: { name } }) => ({
    content: [{ type: 'text', text: `${process.env.GREETING}, ${name}` }] }),
};

createInterface(process.stdin).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = results[method];
  const end = answer ? { result: answer(params) } :
    { error: { code: -32601, message: 'no such method' } };
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...end }));
});
