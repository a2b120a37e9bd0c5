// The verbs: what they print, where, and with which exit code.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync, chownSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync,
  symlinkSync, writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { directory, patience, program, test, until, within } from '../clients/cases.mjs';
import { environment, runProgram, Server } from '../clients/server.mjs';
import { onTerminal } from './terminal.mjs';

const lines = (text) => text.split('\n').filter(Boolean);

async function good(args, options) {
  const ended = await runProgram(args, options);
  assert.deepEqual([ended.code, ended.signal], [0, null], `${args.join(' ')}: ${ended.stderr}`);
  return ended;
}

/// What a command shows on a terminal, and its exit code.
async function shown(command, env = {}) {
  const terminal = onTerminal(command, { env });
  let text = '';
  terminal.listenRaw((line) => { text += `${line.replace(/\r$/, '')}\n`; });
  const { code } = await terminal.exited;
  await terminal.ended;
  return { code, text };
}

test('--version, for people and programs', async () => {
  assert.match((await good(['--version'])).stdout, /^tine \d+\.\d+\.\d+ \(\S+\)\n$/);
  for (const args of [['--version', '--json'], ['--json', '--version']]) {
    const facts = JSON.parse((await good(args)).stdout);
    assert.deepEqual(Object.keys(facts), ['version', 'commit', 'protocolVersions']);
    assert.deepEqual(facts.protocolVersions, [1]);
  }
});

test('without HOME the user has the home of the password database, and so have backends', async () => {
  const place = directory('homeless');
  mkdirSync(join(place, 'config/tine'), { recursive: true });
  writeFileSync(join(place, 'fake'), `#!/bin/sh\nprintf %s "$HOME" >'${place}/home'\necho 2.1.328\n`);
  chmodSync(join(place, 'fake'), 0o755);
  writeFileSync(join(place, 'config/tine/config.toml'),
    `[backends.fake]\nkind = "claude"\ncommand = ["${place}/fake"]\n`);
  for (const HOME of [undefined, '']) {
    const { stdout } = await runProgram(['doctor', '--json'],
      { env: { HOME, XDG_CONFIG_HOME: `${place}/config`, XDG_STATE_HOME: `${place}/state` } });
    const { lacks } = JSON.parse(stdout);
    assert.deepEqual(lacks,
      [`HOME is not set; tine takes ${userInfo().homedir} from the password database`]);
    assert.equal(readFileSync(join(place, 'home'), 'utf8'), userInfo().homedir);
    rmSync(join(place, 'home'));
  }
});

test('doctor says what its environment lacks, and a server its log', async () => {
  const { stdout } = await runProgram(['doctor'], { env: { HOME: undefined, PATH: '' } });
  assert.match(stdout, /^ {4}lacks {5}HOME is not set; tine takes \/.* from the password database$/m);
  assert.match(stdout, /^ {4}lacks {5}PATH is not set, so programs are found only by an absolute /m);
  assert.doesNotMatch((await good(['doctor'])).stdout, /lacks/);
  assert.deepEqual(JSON.parse((await good(['doctor', '--json'])).stdout).lacks, []);

  const state = directory('state');
  const server = new Server({ env: { HOME: undefined, PATH: undefined, XDG_STATE_HOME: state } });
  await server.initialize();
  server.stdin.end();
  await server.exited;
  const text = readFileSync(join(state, 'tine/log/tine.log'), 'utf8');
  assert.match(text, /HOME is not set/);
  assert.match(text, /PATH is not set/);
});

test('--help, of the program and of each verb', async () => {
  const { stdout } = await good(['--help']);
  for (const verb of ['acp', 'run', 'demo', 'doctor', 'config']) {
    assert.match(stdout, new RegExp(`^  ${verb} `, 'm'));
    assert.match((await good([verb, '--help'])).stdout, new RegExp(`Usage: tine ${verb}`));
  }
});

for (const args of [['frobnicate'], ['--frobnicate'], ['run', 'two', 'prompts'],
  ['acp', 'extra'], ['run', 'x', '--cwd'], ['run', 'x', '--backend']]) {
  test(`a wrong command line: tine ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runProgram(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^tine: .*\nTry tine( \S+)? --help\.\n$/);
  });
}

for (const [args, said] of [
  [['doktor'], `'tine' has no verb 'doktor'; did you mean "doctor"?\nTry tine --help.`],
  [['xyzzy'], `'tine' has no verb 'xyzzy'\nTry tine --help.`],
  [['session', 'shwo', '01'],
    `'tine session' has no verb 'shwo'; did you mean "show"?\nTry tine session --help.`],
  [['run', '--bakend', 'x', 'hello'],
    `'tine run' has no option '--bakend'; did you mean "--backend"?\nTry tine run --help.`],
  [['run', 'two', 'prompts'], `'tine run' expects nothing at 'prompts'\nTry tine run --help.`]]) {
  test(`a misspelt command line: tine ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await runProgram(args);
    assert.deepEqual([code, stdout, stderr], [2, '', `tine: ${said}\n`]);
  });
}

test('run prints the answer', async () => {
  const { stdout, stderr } = await good(['run', 'hello']);
  assert.deepEqual([stdout, stderr], ['You said: hello\n', '']);
  assert.equal((await good(['run', '[[say:one\ntwo\n]]'])).stdout, 'one\ntwo\n');
});

test('run - takes the prompt from stdin', async () => {
  const long = 'a long prompt '.repeat(100_000);
  assert.equal((await good(['run', '-'], { input: long })).stdout, `You said: ${long.trim()}\n`);
});

test('run without a stdin', async () => {
  const { stdout } = await good(['-c', 'exec "$TINE" run hello <&-'],
    { command: '/bin/sh', env: { TINE: program } });
  assert.equal(stdout, 'You said: hello\n');
});

test('run --json prints one object', async () => {
  const { stdout } = await good(['run', '--json', '[[think:hm]] [[say:fine]]']);
  assert.equal(lines(stdout).length, 1);
  const { sessionId, output, stopReason, usage, ...more } = JSON.parse(stdout);
  assert.deepEqual([output, stopReason, more],
    ['fine', 'end_turn', { fork: null, artifacts: [], exit: 0 }]);
  assert.match(sessionId, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.equal(usage.scope, 'turn');
});

test('run --stream-json prints the updates and then the object', async () => {
  const { stdout } = await good(['run', '--stream-json', '[[plan:a|b]] [[say:fine]]']);
  const all = lines(stdout).map((line) => JSON.parse(line));
  const last = all.pop();
  assert.deepEqual([last.output, last.stopReason], ['fine', 'end_turn']);
  assert.ok(all.every(({ sessionId, update }) => sessionId === last.sessionId && update));
  assert.ok(all.some(({ update }) => update.sessionUpdate === 'plan'));
});

test('run in another directory', async () => {
  const cwd = directory('elsewhere');
  const { stdout } = await good(['run', '--stream-json', '--cwd', cwd, '[[edit:a.txt:x]]']);
  const call = lines(stdout).map((line) => JSON.parse(line).update)
    .find((update) => update?.sessionUpdate === 'tool_call');
  assert.equal(call.locations[0].path, join(cwd, 'a.txt'));
  const { code, stderr } = await runProgram(['run', '--cwd', join(cwd, 'none'), 'x']);
  assert.equal(code, 2);
  assert.match(stderr, /^tine: .*directory/);
});

for (const verb of ['run hello', 'demo']) {
  test(`${verb} in a directory that is gone`, async () => {
    const { code, signal, stderr } = await runProgram(
      ['-c', `mkdir gone && cd gone && rmdir ../gone && exec "$TINE" ${verb}`],
      { command: '/bin/sh', env: { TINE: program } });
    assert.deepEqual([code, signal], [1, null]);
    assert.match(stderr, /^tine: .*directory/);
  });
}

test('run answers permission questions as it was told', async () => {
  const refused = await good(['run', '[[ask:May I?]]']);
  assert.equal(refused.stdout, 'Not allowed.\n');
  assert.match(refused.stderr, /--approve/);
  const allowed = await good(['run', '--approve', '[[ask:May I?]]']);
  assert.deepEqual([allowed.stdout, allowed.stderr], ['Allowed: once\n', '']);
});

test('run that fails: an exit code of its kind, the reason and what to do', async () => {
  const { code, stdout, stderr } = await runProgram(['run', '[[say:well]] [[fail:usage_limit]]']);
  assert.deepEqual([code, stdout], [9, 'well\n']);
  assert.match(stderr, /^tine: .*usage_limit\n {6}\S/);
  const asJson = await runProgram(['run', '--json', '[[fail:usage_limit]]']);
  assert.equal(asJson.code, 9);
  const { stopReason, error, exit } = JSON.parse(asJson.stdout);
  assert.deepEqual([stopReason, error.data.tine.kind, exit], [null, 'usage_limit', 9]);
});

test('run that is refused or runs out of tokens', async () => {
  assert.equal((await runProgram(['run', '[[stop:refusal]]'])).code, 4);
  const { stdout } = await good(['run', '--json', '[[stop:max_tokens]]']);
  assert.equal(JSON.parse(stdout).stopReason, 'max_tokens');
});

test('run that is interrupted says what it has', async () => {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]]) {
    const child = spawn(program, ['run', '--json', '[[say:partial]] [[hang]]'],
      { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
    // Nothing is printed before the end: that it handles signals shows that it runs.
    const handles = 1n << BigInt(signal === 'SIGINT' ? 1 : 14);
    const caught = () => BigInt(`0x${readFileSync(`/proc/${child.pid}/status`, 'utf8')
      .match(/^SigCgt:\s*(\w+)/m)[1]}`);
    while (!(caught() & handles)) await new Promise((next) => { setTimeout(next, 5); });
    child.kill(signal);
    const ended = await within(patience / 2, 'the end', new Promise((done) => {
      child.on('close', (...how) => done(how));
    }));
    assert.deepEqual(ended, [code, null]);
    if (text) assert.equal(JSON.parse(text).stopReason, 'cancelled');
  }
});

test('run ends when nobody reads what it prints', async () => {
  // Left alone this would take a quarter of an hour.
  const prompt = `[[say:first]] [[slow:100000:10]] ${'word '.repeat(20_000)}`;
  const { code, stdout } = await runProgram(['-c', '"$TINE" run - | head -c 5; wait'],
    { command: '/bin/sh', env: { TINE: program }, input: prompt });
  assert.deepEqual([code, stdout], [0, 'first']);
});

test('an unknown backend: exit code 3', async () => {
  for (const args of [['--backend', 'nobody', 'run', 'x'], ['run', 'x', '--backend', 'nobody'],
    ['acp', '--backend', 'nobody']]) {
    const { code, stdout, stderr } = await runProgram(args);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /nobody.*rehearsal/);
  }
});

test('doctor starts an ACP agent and says what it can', async () => {
  const config = directory('config');
  mkdirSync(join(config, 'tine'));
  const agent = join(dirname(process.env.TINE), 'tests/agent/scripted_agent');
  writeFileSync(join(config, 'tine/config.toml'),
    `[backends.mine]\nkind = "acp"\ncommand = [${JSON.stringify(agent)}]\n` +
    '[backends.absent]\nkind = "acp"\ncommand = ["/nowhere/agent"]\n');
  const env = { XDG_CONFIG_HOME: config };
  const { stdout } = await runProgram(['doctor'], { env });
  assert.match(stdout, /mine \(the default\): works; it answers, and can: .*\n {4}kind {6}acp\n/);
  assert.match(stdout, /version {3}1\.2\.3\n {4}forking {3}native, at the last turn\n/);
  assert.match(stdout, /absent: does not work; .*nowhere/);
  const { backends } = JSON.parse((await runProgram(['doctor', '--json'], { env })).stdout);
  assert.deepEqual(backends.map(({ name, usable }) => [name, usable]),
    [['mine', true], ['absent', false], ['rehearsal', true]]);
  const asked = await runProgram(['run', '[[say: hello]]'], { env });
  assert.equal(asked.stdout.trim(), 'hello');
});

test('doctor, for people and programs', async () => {
  assert.match((await good(['doctor'])).stdout, /rehearsal \(the default\): works/);
  const { version, backends } = JSON.parse((await good(['doctor', '--json'])).stdout);
  assert.match(version, /^\d+\./);
  const rehearsal = backends.find(({ name }) => name === 'rehearsal');
  assert.deepEqual([rehearsal.kind, rehearsal.usable], ['rehearsal', true]);
});

test('a damaged file of prices is named by config and doctor, which work all the same', async () => {
  const place = directory('prices');
  mkdirSync(join(place, 'config/tine'), { recursive: true });
  const file = join(place, 'config/tine/prices.toml');
  const env = { HOME: place, XDG_CONFIG_HOME: `${place}/config`, XDG_STATE_HOME: `${place}/state` };
  const config = async () => JSON.parse((await good(['config', '--json'], { env })).stdout);
  const lacks = async () => JSON.parse((await good(['doctor', '--json'], { env })).stdout).lacks;
  assert.deepEqual((await config()).pricesFile, { path: file, exists: false });
  writeFileSync(file, 'version = 1\n[[price]]\nmodels = ["m"]\ninput = -1\n');
  const fault = `${file}:4:9: input: expected dollars for a million tokens, from 0 to 100000; ` +
    'no price in the file is used';
  assert.deepEqual((await config()).warnings, [fault]);
  assert.deepEqual(await lacks(), [fault]);
  // A server says so once, when it needs a price.
  const server = new Server({ env, cwd: place });
  await server.initialize();
  const sessionId = await server.newSession(place);
  await server.prompt(sessionId, 'blue');
  const told = () => server.stderr.split(fault).length - 1;
  assert.equal(told(), 0);
  for (let i = 0; i < 2; i++)
    await server.request('session/fork', { sessionId, cwd: place, mcpServers: [] });
  await until('the warning', () => told() > 0);
  assert.equal(told(), 1);
  server.stdin.end();
  await server.exited;
  writeFileSync(file, 'version = 1\n');
  assert.deepEqual((await config()).pricesFile, { path: file, exists: true });
  assert.deepEqual((await config()).warnings, []);
  assert.deepEqual(await lacks(), []);
});

test('--mirror records the traffic in a file of its owner', async () => {
  const file = join(directory('mirror'), 'traffic');
  const { server, session } = await Server.open({ command: [program, '--mirror', file, 'acp'] });
  await server.prompt(session, 'hello mirror');
  server.stdin.end();
  await server.exited;
  await server.ended;
  const recorded = lines(readFileSync(file, 'utf8'));
  const parsed = (mark) => recorded.filter((line) => line.startsWith(mark))
    .map((line) => JSON.parse(line.slice(mark.length)));
  // The text of a message may come a little later than it was sent, in other pieces.
  const isText = ({ params }) => params?.update?.sessionUpdate === 'agent_message_chunk';
  const text = (messages) =>
    messages.filter(isText).map(({ params }) => params.update.content.text).join('');
  const others = (messages) => messages.filter((message) => !isText(message));
  const sent = parsed('<- ');
  assert.equal(text(sent), text(server.messages));
  assert.deepEqual(others(sent), others(server.messages));
  assert.deepEqual(parsed('-> ').map(({ method }) => method),
    ['initialize', 'session/new', 'session/prompt']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('--mirror onto a file that others can read makes it anew, and the old one gets nothing', async () => {
  const folder = directory('mirror');
  const file = join(folder, 'traffic');
  writeFileSync(file, 'before\n', { mode: 0o666 });
  chmodSync(file, 0o666);
  linkSync(file, join(folder, 'other name'));
  await good(['run', '--mirror', file, 'hello']);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(readFileSync(file, 'utf8'), /^-> .*"initialize"/);
  assert.equal(readFileSync(join(folder, 'other name'), 'utf8'), 'before\n');
});

test('--mirror follows no link, and writes over nothing but files of its user', async () => {
  const folder = directory('mirror');
  const [target, link] = [join(folder, 'target'), join(folder, 'link')];
  writeFileSync(target, 'precious\n');
  symlinkSync(target, link);
  const refused = async (path, why) => {
    const { code, stdout, stderr } = await runProgram(['run', '--mirror', path, 'hello']);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, why);
  };
  await refused(link, /^tine: cannot write the mirror .*link: it is a symbolic link\n {6}\S/);
  assert.equal(readFileSync(target, 'utf8'), 'precious\n');
  await refused(folder, /it is not a regular file/);
  if (process.getuid() === 0) {
    chownSync(target, 1234, 1234);
    await refused(target, /it belongs to another user/);
    assert.equal(readFileSync(target, 'utf8'), 'precious\n');
  }
});

test('--mirror of several processes: a file each, and the log names it', async () => {
  const folder = directory('mirror');
  const file = join(folder, 'traffic');
  const command = [program, '--mirror', file, 'acp'];
  const home = directory('home');
  const env = { HOME: home, XDG_STATE_HOME: `${home}/state` };
  const first = await Server.open({ command, env });
  const others = [await Server.open({ command, env }), await Server.open({ command, env })];
  await first.server.prompt(first.session, 'of the first');
  for (const { server, session } of others) await server.prompt(session, `of ${server.pid}`);
  await first.server.prompt(first.session, 'of the first again');
  const own = ({ server }) => `traffic.${server.pid}`;
  assert.deepEqual(readdirSync(folder).sort(), ['traffic', ...others.map(own)].sort());
  const prompts = (name) => readFileSync(join(folder, name), 'utf8').split('\n')
    .filter((line) => line.includes('"session/prompt"')).map((line) => line.match(/"text":"(.*?)"/)[1]);
  assert.deepEqual(prompts('traffic'), ['of the first', 'of the first again']);
  for (const each of others) assert.deepEqual(prompts(own(each)), [`of ${each.server.pid}`]);
  const log = readFileSync(join(home, 'state/tine/log/tine.log'), 'utf8');
  for (const each of others) assert.ok(log.includes(join(folder, own(each))), log);
  // Once nobody has it any more it is made anew.
  first.server.stdin.end();
  await first.server.exited;
  const next = await Server.open({ command, env });
  await next.server.prompt(next.session, 'of the next');
  assert.deepEqual(prompts('traffic'), ['of the next']);
});

test('--mirror of a run', async () => {
  const file = join(directory('mirror'), 'traffic');
  await good(['run', '--mirror', file, 'hello']);
  assert.match(readFileSync(file, 'utf8'), /^-> .*"session\/prompt"/m);
});

test('--mirror to where nothing can be written', async () => {
  for (const verb of [['acp'], ['run', 'hello']]) {
    const { code, stdout, stderr } = await runProgram(['--mirror', '/nonexistent/file', ...verb]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^tine: .*\/nonexistent\/file/);
  }
});

test('a mirror on a full device does not stop the conversation', async () => {
  const { server, session } = await Server.open({ command: [program, '--mirror', '/dev/full', 'acp'] });
  await server.prompt(session, 'hello');
  assert.equal(server.text(session), 'You said: hello');
});

test('bare, with a pipe on stdin: serves', async () => {
  const { server, session } = await Server.open({ command: [program] });
  await server.prompt(session, 'hello');
  assert.equal(server.text(session), 'You said: hello');
});

test('bare, on a terminal: says what it is and how to wire it up, and exits', async () => {
  const { code, text } = await shown('"$TINE"');
  assert.equal(code, 0);
  for (const word of ['Zed', 'JetBrains', 'CodeCompanion', 'avante', 'agent-shell', 'tine demo']) {
    assert.ok(text.includes(word), `${word} in ${text}`);
  }
  // The settings name the program that printed them, and those that are JSON are JSON.
  const json = lines(text).filter((line) => line.includes('"agent_servers"')).map((line) =>
    JSON.parse(line.trim().startsWith('{') ? line : `{${line}}`));
  assert.equal(json.length, 2);
  for (const { agent_servers: { tine } } of json) {
    assert.deepEqual([tine.command, tine.args], [program, ['acp']]);
  }
  assert.ok(lines(text).every((line) => line.length <= 100 || line.includes(program)), text);
});

test('demo shows a fork, and what each branch knows', async () => {
  const { stdout, stderr } = await good(['demo']);
  assert.doesNotMatch(stdout, /\x1b/);
  const knows = stdout.slice(stdout.indexOf('What each branch knows'));
  const [main, fork] = [/^main {2}/m, /^fork {2}/m].map((name) => knows.slice(knows.search(name)));
  assert.match(main.slice(0, main.indexOf('fork  ')), /3\. Here: rewrite the parser\./);
  assert.match(fork, /3\. Here: only patch the parser\./);
  assert.match(stdout, /[0-9A-Z]{26} {2}main\n└─ [0-9A-Z]{26} {2}fork/);
  assert.match(stdout, /The server has ended\.\n$/);
  assert.equal(stderr, '');
});

test('demo leaves no session behind', async () => {
  const home = directory('home');
  await good(['demo'], { env: { HOME: home } });
  assert.deepEqual(readdirSync(home), []);
});

test('demo on a terminal has colours, unless they are not wanted', async () => {
  assert.match((await shown('"$TINE" demo')).text, /\x1b\[1m/);
  assert.doesNotMatch((await shown('"$TINE" demo', { NO_COLOR: '1' })).text, /\x1b/);
});

test('demo that is interrupted leaves no server behind', async () => {
  const child = spawn(program, ['demo'], { env: environment(), stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((done) => { child.stdout.once('data', done); });
  child.kill('SIGINT');
  child.stdout.resume();
  const [code, signal] = await within(patience / 2, 'the end', new Promise((done) => {
    child.on('close', (...how) => done(how));
  }));
  assert.ok(code === 0 || code === 130 || code === 1, `${code} ${signal}`);
  // That no server is left is seen when the case ends.
});

test('what cannot be printed is no crash', async () => {
  for (const args of ['--version', '--help', 'doctor', 'run hello']) {
    const { signal, code } = await runProgram(['-c', `"$TINE" ${args} >/dev/full`],
      { command: '/bin/sh', env: { TINE: program } });
    assert.equal(signal, null);
    assert.ok(code < 126, `${args}: ${code}`);
  }
});

test('config tells what holds in this directory, and no secret', async () => {
  const project = directory('project');
  writeFileSync(join(project, '.tine.toml'), 'mode = "read-only"\n');
  const secret = 'AKIA' + 'IOSFODNN7ABCDEFG';
  const options = { cwd: project, env: { TINE_MODEL: secret } };
  for (const args of [['config'], ['config', '--explain'], ['config', '--json']]) {
    const { code, stdout } = await runProgram(args, options);
    assert.equal(code, 0);
    assert.match(stdout, /read-only/);
    assert.ok(!stdout.includes(secret));
  }
  writeFileSync(join(project, '.tine.toml'), 'log_file = "/tmp/x"\n');
  const { code, stderr } = await runProgram(['config'], options);
  assert.equal(code, 3);
  assert.match(stderr, /\.tine\.toml:1/);
});
