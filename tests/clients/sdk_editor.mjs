// The official SDK as a client of the program.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

import { defer, directory, patience, until, within } from './cases.mjs';
import { Server } from './server.mjs';
import { Terminals } from './terminals.mjs';

/// Its entry point that adds what is unstable.
export * as unstable from '@agentclientprotocol/sdk/unstable';

/// What a client announces that can all.
export const everything = {
  fs: { readTextFile: true, writeTextFile: true },
  terminal: true,
  session: { notices: {}, compaction: {}, configOptions: { boolean: {} } },
  elicitation: { form: {}, url: {} },
};

/// What the SDK complains about it writes to the console: nothing of that kind may appear.
function listenForComplaints() {
  const said = console.error;
  const complaints = [];
  console.error = (...words) => complaints.push(words.join(' '));
  defer(() => {
    console.error = said;
    assert.deepEqual(complaints, []);
  });
}

/// A client of the SDK, connected to a server of its own and initialized.
export class Editor {
  updates = [];
  /// Chooses the answer to a permission question; gets its parameters and the abort signal.
  permit = () => ({ outcome: { outcome: 'cancelled' } });
  answer = () => ({ action: 'cancel' });

  static async open(acp, clientCapabilities = everything, { project, ...options } = {}) {
    listenForComplaints();
    const editor = new Editor();
    editor.acp = acp;
    editor.server = new Server(options);
    editor.terminals = new Terminals();
    const { client: c } = acp.methods;
    const { input, output } = editor.server.streams();
    editor.connection = acp.client({ name: 'tine-test' })
      .onNotification(c.session.update, ({ params }) => { editor.updates.push(params); })
      .onRequest(c.session.requestPermission, ({ params, signal }) => editor.permit(params, signal))
      .onRequest(c.fs.readTextFile, ({ params }) => editor.readFile(params))
      .onRequest(c.fs.writeTextFile, ({ params }) => {
        writeFileSync(params.path, params.content);
        return {};
      })
      .onRequest(c.elicitation.create, ({ params }) => editor.answer(params))
      .onRequest(c.terminal.create, ({ params }) => editor.terminals.create(params))
      .onRequest(c.terminal.output, ({ params }) => editor.terminals.output(params))
      .onRequest(c.terminal.waitForExit, ({ params }) => editor.terminals.waitForExit(params))
      .onRequest(c.terminal.kill, ({ params }) => editor.terminals.kill(params))
      .onRequest(c.terminal.release, ({ params }) => editor.terminals.release(params))
      .connect(acp.ndJsonStream(input, output));
    editor.agent = acp.methods.agent;
    editor.project = project ?? directory('project');
    editor.ready = await editor.request(editor.agent.initialize, {
      protocolVersion: acp.PROTOCOL_VERSION,
      clientInfo: { name: 'tine-test', version: '1' },
      clientCapabilities,
    });
    defer(() => editor.connection.close());
    return editor;
  }

  request(method, params, options) {
    return within(patience / 2, method, this.connection.agent.request(method, params, options));
  }

  async create() {
    const made = await this.request(this.agent.session.new, { cwd: this.project, mcpServers: [] });
    return made.sessionId;
  }

  prompt(sessionId, text, options) {
    const prompt = [{ type: 'text', text }];
    return this.request(this.agent.session.prompt, { sessionId, prompt }, options);
  }

  cancel(sessionId) {
    return this.connection.agent.notify(this.agent.session.cancel, { sessionId });
  }

  of(sessionId, kind) {
    return this.updates.filter((each) => each.sessionId === sessionId)
      .map(({ update }) => update).filter(({ sessionUpdate }) => sessionUpdate === kind);
  }

  text(sessionId) {
    return this.of(sessionId, 'agent_message_chunk').map(({ content }) => content.text).join('');
  }

  /// Prompts and gives what was answered, and how it ended.
  async ask(sessionId, text) {
    const before = this.text(sessionId).length;
    const response = await this.prompt(sessionId, text);
    return { ...response, text: this.text(sessionId).slice(before) };
  }

  saying(sessionId, text) {
    return until(`"${text}"`, () => this.text(sessionId).includes(text));
  }

  readFile({ path, line = 1, limit }) {
    const lines = readFileSync(path, 'utf8').split(/(?<=\n)/);
    return { content: lines.slice(line - 1, limit && line - 1 + limit).join('') };
  }
}

/// Answers a permission question with its first option of that kind.
export const allow = (wanted) => ({ options }) => {
  const { optionId } = options.find(({ kind }) => kind === wanted);
  return { outcome: { outcome: 'selected', optionId } };
};
