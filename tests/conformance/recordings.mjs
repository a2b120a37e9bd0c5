// acp-conform record and replay: what an editor and an agent said is played again.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { defer, directory, patience, program, test, until, within } from '../clients/cases.mjs';
import { allow, Editor, everything, unstable } from '../clients/sdk_editor.mjs';
import { environment } from '../clients/server.mjs';

const tool = join(dirname(process.env.TINE), 'acp-conform');
const tine = [program, 'acp', '--backend', 'rehearsal'];

/// Runs the tool to its end.
const run = async (words, { input, env = {}, cwd = directory('cwd') } = {}) => {
  const child = spawn(tool, words, { env: environment(env), cwd });
  defer(() => { if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL'); });
  const said = { out: [], errors: '' };
  child.stdout.on('data', (part) => said.out.push(part));
  child.stderr.setEncoding('utf8').on('data', (part) => { said.errors += part; });
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  const status = await within(patience, 'the tool to end',
    new Promise((done) => { child.on('close', (code, signal) => done(code ?? signal)); }));
  return { status, out: Buffer.concat(said.out), errors: said.errors };
};

/// An agent of one expression of JavaScript.
const script = (text) => [process.execPath, '-e', text];
const echo = 'process.stdin.pipe(process.stdout)';

/// The tool while it records what a case says.
const start = (agent, stdio = ['pipe', 'pipe', 'pipe']) => {
  const cwd = directory('cwd');
  const child = spawn(tool, ['record', '--output', 'r.txt', '--', ...agent],
    { env: environment(), cwd, stdio });
  defer(() => { if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL'); });
  child.heard = '';
  child.errors = '';
  child.stdout?.setEncoding('utf8').on('data', (part) => { child.heard += part; });
  child.stderr.setEncoding('utf8').on('data', (part) => { child.errors += part; });
  child.ended = within(patience, 'the tool to end',
    new Promise((done) => { child.on('close', (code, signal) => done(code ?? signal)); }));
  const file = join(cwd, 'r.txt');
  return { child, text: () => (existsSync(file) ? readFileSync(file, 'utf8') : '') };
};

/// Has the SDK's client talk to an agent through the tool, and gives the file.
const record = async (talk, { env = {}, servers = [], agent = tine } = {}) => {
  const file = join(directory('recorded'), 'r.txt');
  const editor = await Editor.open(unstable, everything,
    { command: [tool, 'record', '--output', file, '--', ...agent], env });
  const { sessionId } = await editor.request(editor.agent.session.new,
    { cwd: editor.project, mcpServers: servers });
  await talk(editor, sessionId);
  editor.server.stdin.end();
  assert.deepEqual(await within(patience, 'the end', editor.server.exited), { code: 0, signal: null });
  return { file, text: readFileSync(file, 'utf8'), editor };
};

const replay = (file, agent = tine) => run(['replay', file, '--timeout', '10', '--', ...agent]);

const talk = async (editor, session) => {
  editor.permit = allow('allow_once');
  await editor.ask(session, 'hello from $HOME');
  await editor.ask(session, '[[slow:5:1]] one two three four five');
  await editor.ask(session, '[[edit:notes.txt:old:new]] [[plan:one|two]] [[think:hm]]');
  writeFileSync(join(editor.project, 'a.txt'), 'one\n');
  await editor.ask(session, '[[read:a.txt]] [[write:b.txt:hello]] [[run:true]]');
  const turn = editor.prompt(session, '[[say:on it]] [[hang]]');
  await editor.saying(session, 'on it');
  await editor.cancel(session);
  assert.equal((await turn).stopReason, 'cancelled');
  const { sessionId } = await editor.request(editor.agent.session.fork,
    { sessionId: session, cwd: editor.project, mcpServers: [] });
  await editor.ask(sessionId, 'hello again');
};

test('what the SDK and tine said is played again, and passes', async () => {
  const { file, text, editor } = await record(talk);
  for (const line of ['-> 1 session/new {"cwd":"$CWD"', '<- 1 = {"sessionId":$S}',
    '-> 2 prompt "hello from $$HOME"', '<- says "You said: hello from $$HOME"',
    '<- says "one two three four five"', '"optionId":"$ALLOW_ONCE"', '{"sessionId":$S2}',
    '<- says $S2 "You said: hello again"']) {
    assert.ok(text.includes(line), `${line} is not in\n${text}`);
  }
  assert.ok(!text.includes(editor.project), 'the folder of the session stands in it');
  const { status, out, errors } = await replay(file);
  assert.equal(status, 0, `${out}${errors}\n${text}`);
  assert.match(String(out), /^tine \S+: does as it was recorded \(1 passed, 0 failed\)$/m);
});

test('an agent that has changed fails, and the step is named', async () => {
  const { file } = await record(talk);
  const changed = ['sh', '-c', `"$@" | sed -u 's/You said/You told/'`, 'sh', ...tine];
  const { status, out } = await replay(file, changed);
  assert.equal(status, 1, String(out));
  assert.match(String(out), /REPLAY-001 {2}fail[^]*at r\.txt:\d+: <- says "You said: hello from/);
  assert.match(String(out), /said was: You told/);
  const other = ['sh', '-c', `"$@" | sed -u 's/"kind":"edit"/"kind":"read"/g'`, 'sh', ...tine];
  assert.match(String((await replay(file, other)).out), /<- update tool_call [^]*expected "edit"/);
});

test('a case in a recorded file can be loosened by hand', async () => {
  const { file, text } = await record((editor, session) => editor.ask(session, 'hello'));
  const changed = ['sh', '-c', `"$@" | sed -u 's/You said/You told/'`, 'sh', ...tine];
  assert.equal((await replay(file, changed)).status, 1);
  writeFileSync(file, text.replace('<- says "You said: hello"', '<- says ~"You * hello"'));
  assert.equal((await replay(file, changed)).status, 0);
});

test('no secret is in a recorded file', async () => {
  // Put together here, so that no text of the project looks like a key.
  const secrets = {
    env: `kq8${'Zw3Lm'.repeat(3)}`, header: `hx7${'Vt2Rn'.repeat(3)}`, mcp: `mc5${'Yp9Gd'.repeat(3)}`,
    shape: `ghp_${'a1B2c3D4e5F6'.repeat(3)}`,
  };
  const servers = [
    { name: 'one', command: '/bin/true', args: [], env: [{ name: 'API_KEY', value: secrets.mcp }] },
    { type: 'http', name: 'two', url: 'http://127.0.0.1:9/',
      headers: [{ name: 'Authorization', value: `Bearer ${secrets.header}` }] }];
  const { file, text } = await record(async (editor, session) => {
    for (const each of Object.values(secrets)) {
      await editor.ask(session, `[[slow:30:1]] the key is ${each} indeed`);
      await editor.ask(session, `tell ${each}`);
    }
  }, { env: { MY_API_TOKEN: secrets.env }, servers: servers.slice(0, 1) });
  for (const [kind, value] of Object.entries(secrets)) {
    if (kind === 'header') continue;
    assert.ok(!text.includes(value), `${kind} stands in\n${text}`);
  }
  assert.match(text, /«redacted:env:\d+»/);
  assert.match(text, /«redacted:mcp-env:\d+»/);
  assert.match(text, /«redacted:github-token:\d+»/);
  assert.equal((await replay(file)).status, 0);
  // The agent need not accept what it is asked: what was asked is written all the same.
  const { child, text: refused } = start(script(echo));
  child.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'session/new',
    params: { cwd: '/somewhere', mcpServers: servers } })}\n{"jsonrpc":"2.0","method":"_x/y","params":` +
    `{"text":"${secrets.header} and ${Buffer.from(secrets.header).toString('base64')}"}}\n`);
  await child.ended;
  assert.ok(!refused().includes(secrets.header), refused());
  assert.ok(!refused().includes(Buffer.from(secrets.header).toString('base64')), refused());
});

test('bytes pass as they are, however many', async () => {
  const cwd = directory('cwd');
  const line = `{"jsonrpc":"2.0","id":1,"method":"_x","params":{"text":"${'a'.repeat(40_000_000)}"}}\n`;
  const bytes = Buffer.concat([Buffer.from('\xff\xfe\0not a message\r\n\n', 'latin1'),
    Buffer.from(line), Buffer.from('the last one has no newline')]);
  const { status, out } = await run(['record', '--output', 'r.txt', '--', ...script(echo)],
    { input: bytes, cwd });
  assert.equal(status, 0);
  assert.ok(out.equals(bytes), `${out.length} bytes of ${bytes.length}`);
  const text = readFileSync(join(cwd, 'r.txt'), 'latin1');
  assert.ok(text.includes('=> "\\xff\\xfe\\x00not a message\\x0d\\n"'), text.slice(0, 2000));
  assert.match(text.slice(-2000), /\neof\n[^]*\nexit 0\n$/);
});

test('a reader that is slow gets all of it', async () => {
  // More than one pipe holds, and less than two: the agent has gone before all is read.
  const size = 100_000;
  const cwd = directory('cwd');
  const pipe = join(cwd, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(pipe, constants.O_WRONLY);
  const { child } = start(script(
    `console.error(process.pid); require('fs').writeSync(1, 'b'.repeat(${size}))`), ['pipe', writer, 'pipe']);
  closeSync(writer);
  const pid = await until('the agent', () => /^\d+$/m.exec(child.errors)?.[0]);
  await until('the agent to have gone', () => !existsSync(`/proc/${pid}`));
  let heard = 0;
  await until('all of it', () => {
    try {
      for (let got = 1; got > 0;) heard += got = readSync(reader, Buffer.alloc(1 << 16));
      return true;  // the end
    } catch (fault) {
      if (fault.code !== 'EAGAIN') throw fault;
      return false;
    }
  });
  closeSync(reader);
  assert.equal(heard, size);
  assert.equal(await child.ended, 0);
});

test('it ends as the agent ends, and passes on signals and errors', async () => {
  const failed = start(script('console.error("oh"); process.exitCode = 7'));
  assert.equal(await failed.child.ended, 7);
  assert.match(failed.child.errors, /^oh$/m);
  assert.ok(failed.text().endsWith('\nexit 7\n'), failed.text());

  const caught = start(script(
    'process.on("SIGTERM", () => process.exit(5)); process.stdin.resume(); console.log("ready")'));
  await until('the agent', () => caught.child.heard.includes('ready'));
  caught.child.kill('SIGTERM');
  assert.equal(await caught.child.ended, 5);
  assert.ok(caught.text().endsWith('\nsignal TERM\nexit 5\n'), caught.text());

  const killed = start(script('process.stdin.resume(); console.log("ready")'));
  await until('the agent', () => killed.child.heard.includes('ready'));
  killed.child.kill('SIGINT');
  assert.equal(await killed.child.ended, 130);
});

test('an agent that leaves a process behind with its output has ended', async () => {
  const { child } = start(['sh', '-c', 'tail -f /dev/null & echo $!; exit 3']);
  const exited = new Promise((done) => { child.on('exit', done); });
  await until('the number', () => /^\d+$/m.test(child.heard));
  defer(() => process.kill(Number(child.heard), 'SIGKILL'));
  assert.equal(await within(patience, 'the tool to exit', exited), 3);
  child.stdout.destroy();
});

test('what was recorded is in the file when the tool is killed', async () => {
  const { child, text } = start(script(echo));
  const chunk = (words) => `${JSON.stringify({ jsonrpc: '2.0', method: 'session/update',
    params: { sessionId: 'one', update: { sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: words } } } })}\n`;
  child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}\n');
  child.stdin.write(chunk('some words ') + chunk('and more words. '));
  await until('the words', () => /<- says "some words and more words\. ?"$/m.test(text()));
  child.kill('SIGKILL');
  await child.ended;
  assert.match(text(), /^-> 1 initialize [^]*<- says "some words and more words\. ?"\n$/m);
});

test('a recording never goes over another one', async () => {
  const cwd = directory('cwd');
  writeFileSync(join(cwd, 'r.txt'), 'mine');
  const words = ['record', '--output', 'r.txt', '--', ...script(echo)];
  const { errors } = await run(words, { input: '', cwd });
  assert.match(errors, /recording to r-2\.txt/);
  assert.equal(readFileSync(join(cwd, 'r.txt'), 'utf8'), 'mine');
  assert.ok(existsSync(join(cwd, 'r-2.txt')));
});

test('what cannot be recorded says so', async () => {
  const cwd = directory('cwd');
  const none = await run(['record', '--output', 'r.txt', '--', '/no/such/agent'], { input: '', cwd });
  assert.equal(none.status, 2);
  assert.match(none.errors, /cannot start \/no\/such\/agent/);
  assert.deepEqual(readdirSync(cwd), []);
  const nowhere = await run(['record', '--output', '/no/such/folder/r.txt', '--', 'true'], { input: '' });
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.errors, /cannot make \/no\/such\/folder\/r\.txt: No such file/);
  assert.equal((await run(['record'], { input: '' })).status, 2);
  const file = join(cwd, 'empty.txt');
  writeFileSync(file, '# nothing\n');
  const empty = await replay(file);
  assert.equal(empty.status, 2);
  assert.match(empty.errors, /has no case/);
  assert.equal((await replay('/no/such/file')).status, 2);
});
