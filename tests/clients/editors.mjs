// Editors that cannot run here, played by clients of our own that do with each message what those
// were seen to do: how they start the program, what they announce, how they choose, what they show.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { directory, test, until } from './cases.mjs';
import { Server } from './server.mjs';

/// A person in front of an editor. What they read is in `shown`, an entry for each piece of text;
/// what they do are the methods.
class Editor {
  shown = [];
  /// The question that waits for the person.
  question = null;

  constructor(place) {
    this.place = place;
    this.project = place.project;
    this.server = new Server({ env: this.environment(place), cwd: place.project });
    this.server.handlers['session/request_permission'] = (params) => this.ask(params);
    this.server.onMessage = ({ method, params }) => {
      if (method === 'session/update') this.show(params.update);
    };
  }

  static async start(place) {
    const editor = new this(place);
    editor.agent = await editor.server.request('initialize',
      { protocolVersion: 1, clientCapabilities: editor.capabilities(), clientInfo: editor.info() });
    return editor;
  }

  environment({ home }) {
    return { HOME: home, XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined };
  }

  capabilities() { return { fs: { readTextFile: true, writeTextFile: true }, terminal: false }; }

  show({ sessionUpdate, content }) {
    if (/^(user|agent)_message_chunk$/.test(sessionUpdate)) this.shown.push(content.text);
  }

  /// The text on the screen.
  screen() { return this.shown.join(''); }

  /// Waits for a text on the screen.
  sees(text) { return until(`"${text}" on the screen`, () => this.screen().includes(text)); }

  ask(params) {
    return new Promise((answer) => {
      this.question = { options: this.offered(params), ...params, answer: (optionId) => {
        this.question = null;
        answer({ outcome: optionId ? { outcome: 'selected', optionId } : { outcome: 'cancelled' } });
      } };
    });
  }

  offered({ options }) { return options; }

  asked() { return until('a question', () => this.question); }

  async open() {
    const { sessionId } = await this.server.request('session/new',
      { cwd: this.project, mcpServers: [] });
    this.session = sessionId;
  }

  async load(sessionId) {
    await this.server.request('session/load', { sessionId, cwd: this.project, mcpServers: [] });
    this.session = sessionId;
  }

  /// Types a prompt and waits for the end of the turn. A failed one is shown as the editor shows it.
  async type(text) {
    try {
      return await this.server.prompt(this.session, this.typed(text));
    } catch (fault) {
      this.shown.push(this.faultText(fault));
      return { stopReason: null };
    }
  }

  typed(text) { return text; }

  cancel() { this.server.notify('session/cancel', { sessionId: this.session }); }

  async quit() {
    this.server.stdin.end();
    await this.server.exited;
  }
}

/// CodeCompanion 19.22: shows the kind of each option and binds a key to each kind; the last option
/// of a kind has it. Its prefix for commands of the agent is a backslash. Shows the message of an
/// error, knows no message ids and draws no plan.
class CodeCompanion extends Editor {
  info() { return { name: 'CodeCompanion.nvim', version: '19.22.0' }; }
  press(kind) {
    this.question.answer(this.question.options.filter((each) => each.kind === kind).at(-1).optionId);
  }
  typed(text) { return text.replace(/^\\/, '/'); }
  faultText(fault) { return fault.message; }

  /// `/resume` in a new chat: a line for each session, with its title.
  async resumeChoices() {
    const { sessions } = await this.server.request('session/list', { cwd: this.project });
    return new Map(sessions.map(({ sessionId, title }) => [title ?? sessionId, sessionId]));
  }
}

/// avante: hands on PATH alone, gives no name. Its buttons know three ids for a yes; any other
/// button is answered with the last option of its kind.
class Avante extends Editor {
  info() { return undefined; }
  environment() {
    return { HOME: undefined, XDG_CONFIG_HOME: undefined, TMPDIR: undefined,
      // Not avante's: the home directory of the password database is not this test's to write in.
      XDG_STATE_HOME: join(this.place.home, 'state') };
  }
  press(kind) {
    const { options } = this.question;
    const yes = options.find((each) => each.kind === kind &&
      ['allow', 'allow_once', 'allow_always'].includes(each.optionId));
    this.question.answer((yes ?? options.filter((each) => each.kind === kind).at(-1)).optionId);
  }
  faultText(fault) { return fault.message; }
}

/// agent-shell 0.74: shows every option by its name; a process for each buffer; forks in a second
/// one. Shows the message of an error.
class AgentShell extends Editor {
  info() { return { name: 'agent-shell', title: 'agent-shell', version: '0.74.1' }; }
  press(name) {
    this.question.answer(this.question.options.find((each) => each.name === name).optionId);
  }
  faultText(fault) { return fault.message; }
  async fork(sessionId) {
    const forked = await this.server.request('session/fork',
      { sessionId, cwd: this.project, mcpServers: [] });
    this.session = forked.sessionId;
  }
}

/// Toad 0.6: shows every option by its name, of an error only the details. Answers what it does not
/// know with an error, notifications too.
class Toad extends Editor {
  constructor(place) {
    super(place);
    const show = this.server.onMessage;
    this.server.onMessage = (message) => {
      show(message);
      const { id, method, params } = message;
      const known = ['agent_message_chunk', 'user_message_chunk', 'tool_call', 'tool_call_update'];
      if (method && id === undefined && !known.includes(params.update?.sessionUpdate)) {
        this.server.send({ jsonrpc: '2.0', id: null, error: { code: -32601, message: 'not known' } });
      }
    };
  }
  info() { return { name: 'toad', title: 'Toad', version: '0.6.20' }; }
  press(name) {
    this.question.answer(this.question.options.find((each) => each.name === name).optionId);
  }
  faultText(fault) { return fault.data.details; }
}

const newPlace = () => ({ home: directory('home'), project: directory('project') });

const editors = [
  { name: 'CodeCompanion', editor: CodeCompanion, once: 'allow_once', always: 'allow_always',
    no: 'reject_once' },
  { name: 'avante', editor: Avante, once: 'allow_once', always: 'allow_always', no: 'reject_once' },
  { name: 'agent-shell', editor: AgentShell, once: 'Allow once',
    always: 'Allow everything in this session', no: 'Reject' },
  { name: 'Toad', editor: Toad, once: 'Allow once', always: 'Allow everything in this session',
    no: 'Reject' },
];

for (const { name, editor: Kind, once, always, no } of editors) {
  test(`${name}: what a person clicks is what happens`, async () => {
    const editor = await Kind.start(newPlace());
    await editor.open();
    const answered = async (choice) => {
      const turn = editor.type('[[ask:Paint it blue]]');
      const { options } = await editor.asked();
      editor.press(choice);
      await turn;
      return options;
    };
    await answered(once);
    assert.match(editor.screen(), /Allowed: once$/);
    await answered(no);
    assert.match(editor.screen(), /Not allowed\.$/);
    const options = await answered(always);
    // Who sees no names is never offered what reaches beyond the turn.
    const wide = options.some((each) => /session/.test(each.name));
    assert.equal(wide, always.includes('session'));
    assert.match(editor.screen(), wide ? /Allowed: session$/ : /Allowed: turn$/);
  });

  test(`${name}: a cancel ends the turn, and a failed turn is told with what to do`, async () => {
    const editor = await Kind.start(newPlace());
    await editor.open();
    const turn = editor.type('[[say:Working on it.]] [[hang]]');
    await editor.sees('Working on it.');
    editor.cancel();
    assert.equal((await turn).stopReason, 'cancelled');
    const asking = editor.type('[[ask:Paint it blue]]');
    await editor.asked();
    editor.cancel();
    editor.question.answer(null);
    assert.equal((await asking).stopReason, 'cancelled');
    await editor.type('[[fail:usage_limit]]');
    assert.match(editor.shown.at(-1), /Wait until the limit is reset, or use another account/);
    await editor.type('go on');
    assert.match(editor.screen(), /You said: go on$/);
  });

  test(`${name}: a session that is loaded shows what was said`, async () => {
    const place = newPlace();
    const before = await Kind.start(place);
    await before.open();
    await before.type('the key is under the mat');
    await before.quit();
    const after = await Kind.start(place);
    await after.load(before.session);
    assert.equal(after.screen(), 'the key is under the matYou said: the key is under the mat');
    await after.type('[[recall]]');
    assert.match(after.screen(), /1\. the key is under the mat$/);
  });
}

test('CodeCompanion: a fork is made with \\tine-fork and opened with /resume, by its title',
  async () => {
    const place = newPlace();
    const chat = await CodeCompanion.start(place);
    await chat.open();
    await chat.type('the key is under the mat');
    await chat.type('\\tine-fork');
    assert.match(chat.screen(), /"the key is under the mat \(fork 1\)".*`\/resume` in a new chat\.$/s);
    const other = await CodeCompanion.start(place);
    await other.open();
    const choices = await other.resumeChoices();
    assert.deepEqual([...choices.keys()].sort(),
      ['the key is under the mat', 'the key is under the mat (fork 1)']);
    await other.load(choices.get('the key is under the mat (fork 1)'));
    await other.type('[[recall]]');
    assert.match(other.screen(), /1\. the key is under the mat$/);
    assert.notEqual(other.session, chat.session);
  });

test('CodeCompanion: the empty prompt that it sends after an error harms nothing', async () => {
  const chat = await CodeCompanion.start(newPlace());
  await chat.open();
  await chat.type('[[say:Oh.]] [[fail:usage_limit]]');
  const empty = await chat.server.request('session/prompt', { sessionId: chat.session, prompt: [] })
    .catch((fault) => fault);
  assert.equal(empty.code, -32602);
  await chat.type('go on');
  assert.match(chat.screen(), /You said: go on$/);
});

test('agent-shell: a second process forks the session that the first one holds', async () => {
  const place = newPlace();
  const buffer = await AgentShell.start(place);
  await buffer.open();
  await buffer.type('the key is under the mat');
  const running = buffer.type('[[say:Still busy.]] [[hang]]');
  await buffer.sees('Still busy.');
  const fork = await AgentShell.start(place);
  await fork.fork(buffer.session);
  await fork.type('[[recall]]');
  assert.match(fork.screen(), /1\. the key is under the mat$/);
  buffer.cancel();
  assert.equal((await running).stopReason, 'cancelled');
});
