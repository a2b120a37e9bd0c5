// usage: node judged.mjs sdk|acp-factory|ai-sdk AGENT: one prompt to AGENT by that client, as a script of
// its users would send it; ^C cancels it. For acp-conform client, which judges them.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';

const clients = {
  async sdk(command) {
    const acp = await import('@agentclientprotocol/sdk');
    const child = spawn(command, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { client, agent } = acp.methods;
    const connection = acp.client({ name: 'sdk-script' })
      .onNotification(client.session.update, () => {})
      .onRequest(client.session.requestPermission, ({ params }) => ({ outcome: cancelled
        ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: params.options[0].optionId } }))
      .onRequest(client.fs.readTextFile, ({ params: { path, line = 1, limit = Infinity } }) => ({
        content: readFileSync(path, 'utf8').split(/(?<=\n)/).slice(line - 1, line - 1 + limit).join('') }))
      .onRequest(client.fs.writeTextFile, ({ params }) => {
        writeFileSync(params.path, params.content);
        return {};
      })
      .connect(acp.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout)));
    const ask = (method, params) => connection.agent.request(method, params);
    let cancelled = false;
    await ask(agent.initialize, { protocolVersion: 1, clientInfo: { name: 'sdk-script', version: '1' },
      clientCapabilities: { fs: { readTextFile: true, writeTextFile: true } } });
    const { sessionId } = await ask(agent.session.new, { cwd: process.cwd(), mcpServers: [] });
    process.on('SIGINT', () => {
      cancelled = true;
      connection.agent.notify(agent.session.cancel, { sessionId });
    });
    await ask(agent.session.prompt, { sessionId, prompt: [{ type: 'text', text: 'hello' }] });
    child.stdin.end();
  },

  async 'acp-factory'(command) {
    const { AgentFactory } = await import('acp-factory');
    AgentFactory.register('judge', { command, args: [] });
    const agent = await AgentFactory.spawn('judge', { permissionMode: 'auto-approve' });
    const session = await agent.createSession(process.cwd());
    process.on('SIGINT', () => session.cancel());
    for await (const update of session.prompt('hello')) void update;
    await agent.close();
  },

  async 'ai-sdk'(command) {
    const { createACPProvider } = await import('@mcpc-tech/acp-ai-provider');
    const { generateText } = await import('ai');
    const provider = createACPProvider({ command, args: [], env: process.env,
      session: { cwd: process.cwd(), mcpServers: [] } });
    const abort = new AbortController();
    process.on('SIGINT', () => abort.abort());
    await generateText({ model: provider.languageModel(), prompt: 'hello', tools: provider.tools,
      abortSignal: abort.signal });
    provider.cleanup();
  },
};

const [name, command] = process.argv.slice(2);
await clients[name](command);
